package io.dsqlsink.seatunnel.install;

/** Where the connector goes; named as on the command line. */
public enum Mode {
    /** One jar in lib/, which comes before every connector. Nothing else is touched. */
    lib,
    /** Into the connectors themselves: for homes whose lib/ is not to be changed. */
    connectors
}
