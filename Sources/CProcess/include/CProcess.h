int cprocess_x(void);
