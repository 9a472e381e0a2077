int csqlite_x(void){return 0;}
