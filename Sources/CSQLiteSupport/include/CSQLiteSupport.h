int csqlite_x(void);
