package io.dsqlsink.seatunnel.install;

/** The home cannot be changed as requested. The message names the file and says what to do. */
public final class InstallException extends Exception {
    private static final long serialVersionUID = 1L;

    public InstallException(String message) {
        super(message);
    }
}
