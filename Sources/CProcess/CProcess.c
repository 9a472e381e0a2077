int cprocess_x(void){return 0;}
