// SPDX-License-Identifier: Apache-2.0
// Tells the thread sanitizer of Swift's Mutex. Its quick ways are compiled into the program and so are seen; the slow ones, taken where
// two threads meet, are in libswiftSynchronization, which has no instrumentation: without this, every contended lock is a data race.
// https://github.com/swiftlang/swift/blob/release/6.3/stdlib/public/Synchronization/Mutex/LinuxImpl.swift
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// Weak: this is loaded into every process of a run, and some have no sanitizer.
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void belay_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool belay_try(SELF) __asm__(TRY);
SWIFT void belay_unlock(SELF) __asm__(UNLOCK);

typedef SWIFT void (*lock_function)(uint32_t, SELF);
typedef SWIFT bool (*try_function)(SELF);
typedef SWIFT void (*unlock_function)(SELF);

SWIFT void belay_lock(uint32_t thread, SELF) {
  static lock_function next;
  if (!next) next = (lock_function)dlsym(RTLD_NEXT, LOCK);
  next(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool belay_try(SELF) {
  static try_function next;
  if (!next) next = (try_function)dlsym(RTLD_NEXT, TRY);
  bool is_locked = next(self);
  if (is_locked && __tsan_acquire) __tsan_acquire(self);
  return is_locked;
}

SWIFT void belay_unlock(SELF) {
  static unlock_function next;
  if (!next) next = (unlock_function)dlsym(RTLD_NEXT, UNLOCK);
  if (__tsan_release) __tsan_release(self);
  next(self);
}
