package io.dsqlsink.seatunnel.compat;

/**
 * Whether the engine still runs the task that a sink writes for, seen at the task's own thread.
 *
 * <p>Rows of several tables are written on threads of SeaTunnel's MultiTableSinkWriter, which an
 * engine neither interrupts nor asks to stop: a task that is cancelled waits in close() until they
 * have written what is queued, for ever if the database does not answer, and then goes on to write.
 * No call says so, and a class loader is not taken away where the engine keeps it. But where the
 * task's thread is says it, on every release: outside the task's call(), closing or aborting.
 */
public final class TaskThread {
    private static final String ZETA = "org.apache.seatunnel.engine.server.";
    private static final String ZETA_WORKER = ZETA + "TaskExecutionService$BlockingWorker";
    private static final String ZETA_TASKS = ZETA + "task.";

    /** It has another package in each of two ranges of releases. */
    private static final String MULTI_TABLE_WRITER = ".MultiTableSinkWriter";

    /** Null: which one it is is not known, as with Zeta's shared threads. */
    private final Thread thread;

    private final boolean zeta;

    /**
     * Whether the thread was seen in a call of its task: if a release has another name for that, no
     * task may be taken for a cancelled one.
     */
    private volatile boolean callSeen;

    private TaskThread(Thread thread, boolean zeta) {
        this.thread = thread;
        this.zeta = zeta;
    }

    /** Where a thread is. */
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

    /** The calling thread when it is that of a task of Zeta; else null. */
    public static TaskThread ofZeta() {
        Place here = new Place(Thread.currentThread().getStackTrace());
        return here.inWorker ? new TaskThread(Thread.currentThread(), true) : null;
    }

    /** Flink and Spark make a writer on the task's thread; Zeta does not. */
    public static TaskThread ofWritersMaker() {
        Place here = new Place(Thread.currentThread().getStackTrace());
        return new TaskThread(here.zeta ? null : Thread.currentThread(), false);
    }

    /** Whether the task is over, or ends in another way than by having written everything. */
    public boolean isGivenUp() {
        return isGivenUp(null);
    }

    /**
     * The same for a thread that waits for the database.
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
        // A task that ends in order has waited for all other threads before it closes.
        return waiting != null && waiting != thread && (place.closing || place.aborting);
    }

    /**
     * Whether a writer is closed because everything is written. Then a single row may still be
     * left: MultiTableSinkWriter may have had it in hand when it asked for the last commit.
     *
     * @param late rows that the writer was given since it was last asked to commit
     * @param lateOnAnotherThread whether on another one than that which asked
     */
    public boolean endsInOrder(long late, boolean lateOnAnotherThread) {
        return zeta && callSeen
                ? !isGivenUp(Thread.currentThread())
                : late <= 1 && lateOnAnotherThread;
    }
}
