package io.dsqlsink.seatunnel.install;

/** Why the home cannot be changed as asked; the message names the file and says what to do. */
final class InstallException extends Exception {
    private static final long serialVersionUID = 1L;

    InstallException(String message) {
        super(message);
    }
}
