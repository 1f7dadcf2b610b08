package io.dsqlsink.seatunnel.compat;

import org.apache.seatunnel.api.sink.SinkWriter;

/** Which of the parallel tasks of its sink a task is. */
public final class Subtask {
    private final int index;
    private final int count;

    private Subtask(int index, int count) {
        this.index = index;
        this.count = count;
    }

    /**
     * @param context of one of the task's writers; null for none
     * @param writersOfATable SeaTunnel's MultiTableSink counts each of them as a task
     */
    public static Subtask of(SinkWriter.Context context, int writersOfATable) {
        if (context == null) {
            return new Subtask(0, 0);
        }
        return new Subtask(
                context.getIndexOfSubtask() / writersOfATable, count(context) / writersOfATable);
    }

    /** Up to 2.3.4 a task does not know it. */
    private static int count(SinkWriter.Context context) {
        try {
            Object count =
                    SinkWriter.Context.class
                            .getMethod("getNumberOfParallelSubtasks")
                            .invoke(context);
            return (Integer) count;
        } catch (ReflectiveOperationException e) {
            return 0;
        }
    }

    /** From 0 on. */
    public int index() {
        return index;
    }

    /** The number of all of them; 0 if the engine does not tell. */
    public int count() {
        return count;
    }
}
