package io.dsqlsink.seatunnel.compat;

import org.apache.seatunnel.api.sink.SinkWriter;

/** The number of a task among the parallel tasks of its sink. */
public final class Subtask {
    private final int index;
    private final int count;

    private Subtask(int index, int count) {
        this.index = index;
        this.count = count;
    }

    /**
     * @param context the context of one of the task's writers; null if there is none
     * @param writersOfATable writers per task and table: SeaTunnel's MultiTableSink counts each as
     *     a task
     */
    public static Subtask of(SinkWriter.Context context, int writersOfATable) {
        if (context == null) {
            return new Subtask(0, 0);
        }
        return new Subtask(
                context.getIndexOfSubtask() / writersOfATable, count(context) / writersOfATable);
    }

    /** Up to 2.3.4 the engine does not tell a task the number of tasks. */
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

    /** The number of this task, from 0 on. */
    public int index() {
        return index;
    }

    /** How many tasks there are; 0 if the engine does not say. */
    public int count() {
        return count;
    }
}
