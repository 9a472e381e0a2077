#define _GNU_SOURCE
#include "CSQLiteSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { HEADER_SIZE = 32, FRAME_HEADER_SIZE = 24 };

typedef struct {
    uint32_t first, second;
} checksum;

static uint32_t number(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/// The log's running checksum over `size` bytes, a multiple of 8.
static checksum sum(checksum seed, const uint8_t *bytes, size_t size, int big_endian) {
    for (size_t at = 0; at < size; at += 8) {
        uint32_t one = number(bytes + at), two = number(bytes + at + 4);
        if (!big_endian) {
            one = __builtin_bswap32(one);
            two = __builtin_bswap32(two);
        }
        seed.first += one + seed.second;
        seed.second += two + seed.first;
    }
    return seed;
}

static int is(checksum value, const uint8_t *stored) {
    return value.first == number(stored) && value.second == number(stored + 4);
}

static checksum stored(const uint8_t *at) { return (checksum){number(at), number(at + 4)}; }

/// Reads frame after frame; what they tell is in the comment of `csqlite_log_damage`.
static long damage(int file, const uint8_t *header, uint8_t *frame, size_t page_size) {
    int big_endian = number(header) & 1;
    checksum chain = stored(header + 24);
    size_t size = FRAME_HEADER_SIZE + page_size;
    long bad = 0, commits = 0;
    for (long index = 1;; index++) {
        off_t place = HEADER_SIZE + (off_t)(index - 1) * (off_t)size;
        if (pread(file, frame, size, place) != (ssize_t)size) return 0;
        int is_of_this_log =
            number(frame + 8) == number(header + 16) && number(frame + 12) == number(header + 20);
        checksum value = sum(chain, frame, 8, big_endian);
        value = sum(value, frame + FRAME_HEADER_SIZE, page_size, big_endian);
        int is_valid = is_of_this_log && is(value, frame + 16);
        if (!is_valid && !bad) {
            bad = index;
            // It ends a transaction, if it is one of this log.
            commits = is_of_this_log && number(frame + 4) != 0;
        } else if (bad && !is_valid) {
            // Only the one next to it may follow from a checksum that is wrong itself.
            if (!is_of_this_log || index > bad + 1) return 0;
            commits = 0;
        } else if (bad && number(frame + 4) != 0 && ++commits == 2) {
            return bad;
        }
        // Of a frame that is wrong, the checksum may still be the one that the next goes on from.
        chain = stored(frame + 16);
    }
}

long csqlite_log_damage(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return errno == ENOENT ? 0 : -errno;
    uint8_t header[HEADER_SIZE];
    long answer = 0;
    if (pread(file, header, HEADER_SIZE, 0) == HEADER_SIZE && number(header) >> 1 == 0x1bbf8341) {
        uint32_t page_size = number(header + 8);
        checksum value = sum((checksum){0, 0}, header, 24, number(header) & 1);
        // Of another header nothing can be told: the next to be written may have been torn.
        int is_known = is(value, header + 24) && page_size >= 512 && page_size <= 65536
            && (page_size & (page_size - 1)) == 0;
        uint8_t *frame = is_known ? malloc(FRAME_HEADER_SIZE + page_size) : NULL;
        if (frame) answer = damage(file, header, frame, page_size);
        free(frame);
    }
    close(file);
    return answer;
}
