import GRDB

/// The version of the schema from which on every row has its digests.
let sealedSchema = "5"

/// The tables of a run's journal, and how an older file becomes one of today.
///
/// `run` has one row. A search's state is the table `segment` alone: which trial copied which, and when, is recorded
/// by `parent` and `parentGeneration`. Where trials are compared one by one, `arrival` counts the results in the order
/// in which they were compared; it is NULL where the whole population is compared at once. A training's state is `epoch` and `checkpoint`.
/// `validationAccuracy` is the score, whatever the search compares by; `trainLoss` and `trainAccuracy` are NULL where the
/// trainer does not say. The columns of ``WorkTimes`` tell people where time went; they are NULL in what an older version trained.
/// `tuned` has the values of tuned hyperparameters and `figures` what a trainer reports beside the score, both as JSON objects;
/// they are NULL where there are none. The columns of digests belong to ``RowSeal``.
var runSchema: DatabaseMigrator {
  var migrator = DatabaseMigrator()
  migrator.registerMigration("1") { database in
    try database.execute(
      sql: """
        CREATE TABLE run (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          kind TEXT NOT NULL,
          configuration TEXT NOT NULL,
          version TEXT NOT NULL,
          finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1))
        );
        CREATE TABLE policy (
          id INTEGER PRIMARY KEY,
          entries TEXT NOT NULL UNIQUE
        );
        CREATE TABLE segment (
          generation INTEGER NOT NULL CHECK (generation >= 0),
          trial INTEGER NOT NULL CHECK (trial >= 0),
          startEpoch INTEGER NOT NULL,
          endEpoch INTEGER NOT NULL CHECK (endEpoch > startEpoch),
          parent INTEGER CHECK ((parent IS NULL) = (generation = 0)),
          policy INTEGER NOT NULL REFERENCES policy (id),
          state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'done', 'failed')),
          file TEXT,
          size INTEGER,
          sha256 TEXT,
          validationAccuracy REAL,
          trainLoss REAL,
          trainAccuracy REAL,
          seconds REAL,
          reason TEXT,
          PRIMARY KEY (generation, trial)
        ) WITHOUT ROWID;
        CREATE TABLE epoch (
          epoch INTEGER PRIMARY KEY CHECK (epoch >= 0),
          metrics TEXT NOT NULL
        );
        CREATE TABLE checkpoint (
          epochs INTEGER PRIMARY KEY CHECK (epochs > 0),
          file TEXT NOT NULL,
          size INTEGER NOT NULL,
          sha256 TEXT NOT NULL
        );
        """)
  }
  migrator.registerMigration("2") { database in
    try database.execute(
      sql: """
        ALTER TABLE segment ADD COLUMN parentGeneration INTEGER;
        UPDATE segment SET parentGeneration = generation - 1 WHERE parent IS NOT NULL;
        ALTER TABLE segment ADD COLUMN arrival INTEGER CHECK (arrival > 0);
        CREATE UNIQUE INDEX segmentByArrival ON segment (arrival) WHERE arrival IS NOT NULL;
        """)
  }
  migrator.registerMigration("3") { database in
    // Spelt out: a migration that has run must never change.
    for table in ["segment", "epoch"] {
      try database.execute(
        sql: """
          ALTER TABLE \(table) ADD COLUMN started REAL;
          ALTER TABLE \(table) ADD COLUMN slot INTEGER;
          ALTER TABLE \(table) ADD COLUMN preparationSeconds REAL;
          ALTER TABLE \(table) ADD COLUMN trainingSeconds REAL;
          ALTER TABLE \(table) ADD COLUMN evaluationSeconds REAL;
          ALTER TABLE \(table) ADD COLUMN checkpointSeconds REAL;
          """)
    }
  }
  migrator.registerMigration("4") { database in
    // What is left to train is asked for after every generation, and must not take longer the more there were.
    try database.execute(
      sql: "CREATE INDEX segmentPlanned ON segment (generation) WHERE state = 'planned'")
  }
  migrator.registerMigration(sealedSchema) { database in
    for table in ["run", "policy", "epoch", "checkpoint"] {
      try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN digest INTEGER")
    }
    try database.execute(
      sql: """
        ALTER TABLE segment ADD COLUMN planDigest INTEGER;
        ALTER TABLE segment ADD COLUMN outcomeDigest INTEGER;
        """)
    for seal in RowSeal.all { try seal.write(database) }
  }
  migrator.registerMigration("6") { database in
    try database.execute(
      sql: """
        ALTER TABLE segment ADD COLUMN tuned TEXT;
        ALTER TABLE segment ADD COLUMN figures TEXT;
        """)
  }
  return migrator
}
