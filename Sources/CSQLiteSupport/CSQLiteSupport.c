#define _GNU_SOURCE
#include "CSQLiteSupport.h"

#include <sqlite3.h>

void csqlite_leave_out_statistics(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int csqlite_set_defensive(struct sqlite3 *db) {
    return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

int csqlite_set_trusted_schema_off(struct sqlite3 *db) {
    return sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

int csqlite_set_checkpoint_on_close(struct sqlite3 *db, int on) {
    return sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, (int *)0);
}

int csqlite_set_persistent_wal(struct sqlite3 *db) {
    int on = 1;
    return sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

static int note_frames(void *context, sqlite3 *db, const char *name, int frames) {
    (void)db;
    (void)name;
    *(int *)context = frames;
    return SQLITE_OK;
}

void csqlite_watch_wal(struct sqlite3 *db, int *frames) {
    sqlite3_wal_hook(db, note_frames, frames);
}
