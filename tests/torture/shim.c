/* Between SQLite and the kernel: records writes and syncs under a folder, and lets them fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, SYNC, UNLINK, MARK };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1, fail_op, fail_after, fail_times, fail_errno, failing;
static unsigned counts[MARK + 1];

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int watched(const char *path) {
    const char *folder = getenv("SHIM_FOLDER");
    size_t length = strlen(path);
    if (folder == NULL || strncmp(path, folder, strlen(folder)) != 0) return 0;
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return watched(path);
}

static void put(const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t done = NEXT(write)(log_fd, at, size);
        if (done <= 0) abort();
        at += done;
        size -= (size_t)done;
    }
}

static void record(uint64_t op, const char *path, uint64_t offset, const void *data, uint64_t size) {
    if (log_fd < 0) return;
    uint64_t head[4] = {op, strlen(path), offset, size};
    put(head, sizeof head);
    put(path, head[1]);
    if (data != NULL) put(data, size);
}

/* Whether this call is to fail; once one has, so do the following ones, as often as was said. */
static int hit(int op) {
    counts[op]++;
    if (fail_op != op) return 0;
    if (!failing && fail_after-- > 0) return 0;
    failing = 1;
    if (fail_times-- <= 0) return 0;
    errno = fail_errno;
    return 1;
}

void shim_record(int fd) { log_fd = fd; }
void shim_fail(int op, int after, int times, int error) {
    fail_op = op, fail_after = after, fail_times = times, fail_errno = error, failing = 0;
}
int shim_failing(void) { return failing; }
void shim_heal(void) { fail_op = failing = 0; }
unsigned shim_count(int op) { return counts[op]; }
void shim_mark(const char *text) {
    pthread_mutex_lock(&turn);
    record(MARK, "", 0, text, strlen(text));
    pthread_mutex_unlock(&turn);
}

#define GUARDED(fd, op, call, note)                                   \
    char path[PATH_MAX];                                              \
    if (!path_of(fd, path)) return call;                              \
    pthread_mutex_lock(&turn);                                        \
    __typeof__(call) result = -1;                                     \
    if (!hit(op) && (result = call) >= 0) { note; }                   \
    int told = errno;                                                 \
    pthread_mutex_unlock(&turn);                                      \
    errno = told;                                                     \
    return result;

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    GUARDED(fd, WRITE, NEXT(pwrite64)(fd, data, size, offset),
            record(WRITE, path, (uint64_t)offset, data, (uint64_t)result))
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return pwrite64(fd, data, size, offset);
}
int ftruncate64(int fd, off64_t size) {
    GUARDED(fd, TRUNCATE, NEXT(ftruncate64)(fd, size), record(TRUNCATE, path, (uint64_t)size, NULL, 0))
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int fsync(int fd) {
    GUARDED(fd, SYNC, NEXT(fsync)(fd), record(SYNC, path, 0, NULL, 0))
}
int fdatasync(int fd) {
    GUARDED(fd, SYNC, NEXT(fdatasync)(fd), record(SYNC, path, 0, NULL, 0))
}
int unlink(const char *path) {
    int result = NEXT(unlink)(path);
    if (result == 0 && watched(path)) {
        pthread_mutex_lock(&turn);
        record(UNLINK, path, 0, NULL, 0);
        pthread_mutex_unlock(&turn);
    }
    return result;
}
