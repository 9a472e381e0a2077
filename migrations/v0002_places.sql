-- Where the attempt ran whose exception it is: its pool, the host's name, and its process, which
-- is the owner's own for a thread. NULL where there is no exception, or it is not known.
ALTER TABLE outcomes ADD COLUMN pool TEXT
    CHECK (pool = 'thread' OR pool = 'process' OR pool = 'command');
ALTER TABLE outcomes ADD COLUMN host TEXT CHECK ((host IS NULL) = (pool IS NULL));
ALTER TABLE outcomes ADD COLUMN pid INTEGER CHECK (pid IS NULL OR pool IS NOT NULL);

ALTER TABLE attempts ADD COLUMN pool TEXT
    CHECK (pool = 'thread' OR pool = 'process' OR pool = 'command');
ALTER TABLE attempts ADD COLUMN host TEXT CHECK ((host IS NULL) = (pool IS NULL));
ALTER TABLE attempts ADD COLUMN pid INTEGER CHECK (pid IS NULL OR pool IS NOT NULL);
