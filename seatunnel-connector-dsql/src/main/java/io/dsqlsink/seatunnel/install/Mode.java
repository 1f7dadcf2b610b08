package io.dsqlsink.seatunnel.install;

/** Where the connector is installed. The names are those of the command line. */
public enum Mode {
    /** One jar in lib/, which comes before every connector. No other file is changed. */
    lib,
    /** Merged into the connectors: for homes whose lib/ must not be changed. */
    connectors
}
