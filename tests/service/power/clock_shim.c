/* Sleep and a set clock, for one process: the file SUSPENDED holds seconds that it slept, which
   CLOCK_REALTIME and CLOCK_BOOTTIME have passed and CLOCK_MONOTONIC has not; the file STEPPED
   holds seconds by which the wall clock was set. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double told(const char *variable) {
  const char *path = getenv(variable);
  FILE *file = path ? fopen(path, "r") : NULL;
  double value = 0;
  if (file) {
    if (fscanf(file, "%lf", &value) != 1) value = 0;
    fclose(file);
  }
  return value;
}

int clock_gettime(clockid_t clock, struct timespec *spec) {
  int result = syscall(SYS_clock_gettime, clock, spec);
  if (result) return result;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
    spec->tv_sec += (time_t)(told("SUSPENDED") + told("STEPPED"));
  else if (clock == CLOCK_BOOTTIME)
    spec->tv_sec += (time_t)told("SUSPENDED");
  return 0;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  struct timespec spec;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &spec);
  value->tv_sec = spec.tv_sec;
  value->tv_usec = spec.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec spec;
  clock_gettime(CLOCK_REALTIME, &spec);
  if (into) *into = spec.tv_sec;
  return spec.tv_sec;
}
