package io.dsqlsink.seatunnel.compat;

/**
 * Whether the engine still runs the task that a sink writes for, determined from the task's own
 * thread.
 *
 * <p>Rows of several tables are written on threads of SeaTunnel's MultiTableSinkWriter, which an
 * engine neither interrupts nor asks to stop. A cancelled task waits in close() until they have
 * written all queued rows, for ever if the database does not answer, and continues to write. No
 * call reports this, and some engines do not remove the class loader. But the stack of the task's
 * thread shows it on every release: the thread is outside the task's call(), in close() or in
 * abortPrepare().
 */
public final class TaskThread {
    private static final String ZETA = "org.apache.seatunnel.engine.server.";
    private static final String ZETA_WORKER = ZETA + "TaskExecutionService$BlockingWorker";
    private static final String ZETA_TASKS = ZETA + "task.";

    /** Its package differs between releases. */
    private static final String MULTI_TABLE_WRITER = ".MultiTableSinkWriter";

    /** Null if the thread is not known, as with Zeta's shared threads. */
    private final Thread thread;

    private final boolean zeta;

    /**
     * Whether the thread was ever seen in call() of its task. If a release names that method
     * differently, no task must be mistaken for a cancelled one.
     */
    private volatile boolean callSeen;

    private TaskThread(Thread thread, boolean zeta) {
        this.thread = thread;
        this.zeta = zeta;
    }

    /** The place of a thread in its program, from its stack. */
    static final class Place {
        private final boolean zeta;
        private final boolean inWorker;
        private final boolean inCall;
        private final boolean closing;
        private final boolean aborting;

        Place(StackTraceElement[] stack) {
            boolean anyZeta = false;
            boolean worker = false;
            boolean call = false;
            boolean close = false;
            boolean abort = false;
            for (StackTraceElement frame : stack) {
                String type = frame.getClassName();
                String method = frame.getMethodName();
                boolean multi = type.endsWith(MULTI_TABLE_WRITER);
                boolean task = type.startsWith(ZETA_TASKS);
                anyZeta |= type.startsWith(ZETA);
                worker |= type.equals(ZETA_WORKER);
                call |= task && method.equals("call");
                close |= (task || multi) && method.equals("close");
                abort |= multi && method.equals("abortPrepare");
            }
            zeta = anyZeta;
            inWorker = worker;
            inCall = call;
            closing = close;
            aborting = abort;
        }
    }

    /** The calling thread if it belongs to a task of Zeta; otherwise null. */
    public static TaskThread ofZeta() {
        Place here = new Place(Thread.currentThread().getStackTrace());
        return here.inWorker ? new TaskThread(Thread.currentThread(), true) : null;
    }

    /**
     * The calling thread, which creates the writer: on Flink and Spark the task's thread, on Zeta
     * not.
     */
    public static TaskThread ofWritersMaker() {
        Place here = new Place(Thread.currentThread().getStackTrace());
        return new TaskThread(here.zeta ? null : Thread.currentThread(), false);
    }

    /** Whether the task has ended, or is ending without having written everything. */
    public boolean isGivenUp() {
        return isGivenUp(null);
    }

    /**
     * As {@link #isGivenUp()}, for a thread that waits for the database.
     *
     * @param waiting null for none
     */
    boolean isGivenUp(Thread waiting) {
        if (thread == null) {
            return false;
        }
        if (!thread.isAlive()) {
            return true;
        }
        Place place = new Place(thread.getStackTrace());
        if (zeta) {
            callSeen |= place.inCall;
            return !place.inWorker
                    || place.aborting
                    // A task that has written everything closes within its last call.
                    || callSeen && place.closing && !place.inCall;
        }
        // A task that ends normally waits for all other threads before it closes.
        return waiting != null && waiting != thread && (place.closing || place.aborting);
    }

    /**
     * Whether a writer is closed because everything is written. Even then a single row may be left:
     * a thread of MultiTableSinkWriter may have taken it just before the last commit was requested.
     *
     * @param late rows that the writer received after the last request to commit
     * @param lateOnAnotherThread whether they came on another thread than the request
     */
    public boolean endsInOrder(long late, boolean lateOnAnotherThread) {
        return zeta && callSeen
                ? !isGivenUp(Thread.currentThread())
                : late <= 1 && lateOnAnotherThread;
    }
}
