# One verb each; .ci/run uses the same lines.

# Tests and benchmarks start many processes: none of them shall compile every module anew, as no
# user's does.
unexport PYTHONDONTWRITEBYTECODE

default:
    @just --list

# Check style, format and the arrows between the packages
lint:
    uv run --frozen ruff check
    uv run --frozen ruff format --check
    uv run --frozen lint-imports
    uv run --frozen python tests/house/figures.py

# Rewrite what a formatter can
format:
    uv run --frozen ruff check --fix
    uv run --frozen ruff format

# Prove the types, source and tests alike, with two checkers
type:
    uv run --frozen mypy
    uv run --frozen basedpyright

# Run the suite
test *args:
    uv run --frozen pytest -n 2 {{args}}

# Build the wheel and the source archive into dist/
build:
    rm -rf dist
    uv build --quiet --out-dir dist

# Regenerate what is generated from the models and the error catalogue
generate:
    uv run --frozen python -m assent_schemas.error_catalogue.page > docs/errors.md
    uv run --frozen python -m assent_schemas.policy_schema > schemas/assent_schemas/policy.schema.json
    uv run --frozen python -m assent_schemas.wire.openapi > docs/owner-door.openapi.json

# State speed and memory, beside other engines: a table and build/benchmarks.json
bench:
    cd tests && uv run --frozen --group bench python -m benchmarks

# Take the pictures of the review page anew, into docs/pictures
review-pictures:
    cd tests && uv run --frozen python -m service.review.pictures

# The long runs, by name: kills, sagas, power-loss, corruption, simulation, fuzz, ... (docs/reliability.md)
torture name *args:
    cd tests && uv run --frozen python -m torture {{ name }} {{ args }}
