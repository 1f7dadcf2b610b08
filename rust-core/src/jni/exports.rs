//! The native methods of `io.dsqlsink.bridge.NativeSink`, in the order in which a writer calls them, then
//! those of `NativeSession`.

use std::time::Duration;

use jni::objects::{JByteArray, JClass, JLongArray};
use jni::sys::{jboolean, jint, jlong};
use jni::{Env, EnvUnowned};

use crate::abi;
use crate::config::Config;
use crate::error::{ErrorKind, SinkError};
use crate::jni::exception::Failure;
use crate::jni::guard::guard;
use crate::jni::handles::{sessions, sinks};
use crate::row::frame;
use crate::session::Session;
use crate::sink::Sink;

/// `static native int abiVersion()`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_abiVersion(
    _: EnvUnowned<'_>,
    _: JClass<'_>,
) -> jint {
    abi::ABI_VERSION
}

/// `static native long open(byte[] options)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_open<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    options: JByteArray<'local>,
) -> jlong {
    guard(env, |env| {
        let options = frame::options(&env.convert_byte_array(&options)?)?;
        #[cfg(feature = "fault-injection")]
        let options = fault::take(options);
        let config = Config::new(options, |name| std::env::var(name).ok())?;
        Ok(sinks().insert(Sink::open(config)?))
    })
}

/// `static native int declareTable(long sink, byte[] table, long waitMillis)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_declareTable<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    sink: jlong,
    table: JByteArray<'local>,
    wait_millis: jlong,
) -> jint {
    guard(env, |env| {
        let table = env.convert_byte_array(&table)?;
        match sinks().get(sink)?.declare(&table, millis(wait_millis))? {
            Some(number) => Ok(jint::try_from(number).map_err(SinkError::internal)?),
            None => Ok(-1),
        }
    })
}

/// `static native void forgetTables(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_forgetTables(
    env: EnvUnowned<'_>,
    _: JClass<'_>,
    sink: jlong,
) {
    guard(env, |_| {
        sinks().get(sink)?.forget_tables();
        Ok(())
    });
}

/// `static native boolean write(long sink, byte[] frame, int length, long waitMillis)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_write<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    sink: jlong,
    frame: JByteArray<'local>,
    length: jint,
    wait_millis: jlong,
) -> jboolean {
    guard(env, |env| {
        let length = usize::try_from(length).map_err(SinkError::internal)?;
        sinks().get(sink)?.write_copied(length, |bytes| copy_head(env, &frame, bytes), millis(wait_millis))
    })
}

/// `static native long flush(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_flush(
    env: EnvUnowned<'_>,
    _: JClass<'_>,
    sink: jlong,
) -> jlong {
    guard(env, |_| {
        let ticket = sinks().get(sink)?.flush()?;
        Ok(jlong::try_from(ticket).map_err(SinkError::internal)?)
    })
}

/// `static native boolean await(long sink, long ticket, long waitMillis)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_await(
    env: EnvUnowned<'_>,
    _: JClass<'_>,
    sink: jlong,
    ticket: jlong,
    wait_millis: jlong,
) -> jboolean {
    guard(env, |_| {
        let ticket = u64::try_from(ticket).map_err(SinkError::internal)?;
        Ok(sinks().get(sink)?.wait(ticket, millis(wait_millis))?)
    })
}

/// `static native boolean compare(long sink, long waitMillis)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_compare(
    env: EnvUnowned<'_>,
    _: JClass<'_>,
    sink: jlong,
    wait_millis: jlong,
) -> jboolean {
    guard(env, |_| Ok(sinks().get(sink)?.compare(millis(wait_millis))?))
}

/// `static native long[] stats(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_stats<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    sink: jlong,
) -> JLongArray<'local> {
    guard(env, |env| {
        #[cfg(feature = "fault-injection")]
        fault::panic_if_asked();
        longs(env, &sinks().get(sink)?.stats())
    })
}

/// `static native byte[] tableStats(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_tableStats<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    sink: jlong,
) -> JByteArray<'local> {
    guard(env, |env| Ok(env.byte_array_from_slice(&sinks().get(sink)?.table_stats())?))
}

/// `static native long[] latencies(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_latencies<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    sink: jlong,
) -> JLongArray<'local> {
    guard(env, |env| longs(env, &sinks().get(sink)?.latencies()))
}

/// `static native byte[] notices(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_notices<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    sink: jlong,
) -> JByteArray<'local> {
    guard(env, |env| array_or_null(env, sinks().get(sink)?.notices()))
}

/// `static native void close(long sink)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSink_close(
    env: EnvUnowned<'_>,
    _: JClass<'_>,
    sink: jlong,
) {
    guard(env, |_| {
        if let Some(sink) = sinks().remove(sink) {
            sink.close();
            drop(sink);
            give_back();
        }
        Ok(())
    });
}

/// Returns freed memory to the system. The allocator keeps memory that the runtime's threads freed, in each of its
/// arenas: tens of megabytes in a JVM that has run many jobs (tests/e2e, `ZetaLifeIT`).
fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes no pointer, and any thread may call it at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// `static native long open(byte[] options)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSession_open<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    options: JByteArray<'local>,
) -> jlong {
    guard(env, |env| {
        let options = frame::options(&env.convert_byte_array(&options)?)?;
        let config = Config::new(options, |name| std::env::var(name).ok())?;
        Ok(sessions().insert(Session::open(config)?))
    })
}

/// `static native void send(long session, byte[] sql, boolean repeatable)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSession_send<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    session: jlong,
    sql: JByteArray<'local>,
    repeatable: jboolean,
) {
    guard(env, |env| {
        let session = sessions().get(session)?;
        let sql = String::from_utf8(env.convert_byte_array(&sql)?)
            .map_err(|error| SinkError::new(ErrorKind::Frame, error.to_string()))?;
        Ok(session.send(sql, repeatable)?)
    });
}

/// `static native byte[] receive(long session, long waitMillis)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSession_receive<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    session: jlong,
    wait_millis: jlong,
) -> JByteArray<'local> {
    guard(env, |env| array_or_null(env, sessions().get(session)?.receive(millis(wait_millis))?))
}

/// `static native byte[] notices(long session)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSession_notices<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    session: jlong,
) -> JByteArray<'local> {
    guard(env, |env| array_or_null(env, sessions().get(session)?.notices()))
}

/// `static native void close(long session)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_dsqlsink_bridge_NativeSession_close(
    env: EnvUnowned<'_>,
    _: JClass<'_>,
    session: jlong,
) {
    guard(env, |_| {
        if let Some(session) = sessions().remove(session) {
            session.close();
        }
        Ok(())
    });
}

fn longs<'local>(env: &mut Env<'local>, numbers: &[i64]) -> Result<JLongArray<'local>, Failure> {
    let array = env.new_long_array(numbers.len())?;
    array.set_region(env, 0, numbers)?;
    Ok(array)
}

fn array_or_null<'local>(
    env: &mut Env<'local>,
    bytes: Option<Vec<u8>>,
) -> Result<JByteArray<'local>, Failure> {
    match bytes {
        Some(bytes) => Ok(env.byte_array_from_slice(&bytes)?),
        None => Ok(JByteArray::default()),
    }
}

fn millis(millis: jlong) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// Copies the first bytes of an array. JNI checks the bounds.
fn copy_head(env: &Env<'_>, array: &JByteArray<'_>, bytes: &mut [u8]) -> Result<(), Failure> {
    // SAFETY: i8 and u8 have one size and alignment, and every bit pattern is valid for both.
    let signed = unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast::<i8>(), bytes.len()) };
    Ok(array.get_region(env, 0, signed)?)
}

/// Panics on demand, for the tests of the border. Not in the shipped library.
#[cfg(feature = "fault-injection")]
mod fault {
    use std::sync::atomic::{AtomicBool, Ordering};

    static PANIC_IN_STATS: AtomicBool = AtomicBool::new(false);

    pub(super) fn take(mut options: Vec<(String, String)>) -> Vec<(String, String)> {
        let asked = options.iter().position(|(key, _)| key == "test_panic").map(|at| options.remove(at).1);
        PANIC_IN_STATS.store(asked.as_deref() == Some("stats"), Ordering::Relaxed);
        assert!(asked.as_deref() != Some("open"), "asked to panic in open");
        options
    }

    pub(super) fn panic_if_asked() {
        assert!(!PANIC_IN_STATS.load(Ordering::Relaxed), "asked to panic in stats");
    }
}
