#define _GNU_SOURCE
#include "CSQLiteSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#ifndef F_OFD_SETLK
#define F_OFD_SETLK 90
#define F_OFD_GETLK 92
#endif
#endif

static struct flock whole_file(short type) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

int csqlite_lock_exclusive(int fd) {
    struct flock lock = whole_file(F_WRLCK);
    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

int csqlite_unlock(int fd) {
    struct flock lock = whole_file(F_UNLCK);
    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

int csqlite_is_locked(int fd) {
    struct flock lock = whole_file(F_WRLCK);
    if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return -errno;
    return lock.l_type != F_UNLCK;
}

int csqlite_file_system(const char *path, unsigned *type) {
    struct statfs info;
    if (statfs(path, &info) != 0) return errno;
#ifdef __linux__
    *type = (unsigned)info.f_type;
#else
    // As if it were NFS: which kind of remote file system it is does not matter.
    *type = (info.f_flags & MNT_LOCAL) == 0 ? 0x6969U : 0;
#endif
    return 0;
}

unsigned csqlite_major(dev_t device) { return (unsigned)major(device); }

unsigned csqlite_minor(dev_t device) { return (unsigned)minor(device); }
