//! Errors for Java: `DsqlNativeException(int kind, byte[] sqlState, byte[] message)`.
//!
//! Texts cross as UTF-8 bytes, because JNI's own strings use a modified form that loses emoji and NUL.

use jni::objects::{JThrowable, JValue};
use jni::strings::JNIString;
use jni::{Env, errors, jni_sig, jni_str};

use crate::error::SinkError;

/// The failures of an export.
#[derive(Debug)]
pub(super) enum Failure {
    Sink(SinkError),
    Jni(errors::Error),
}

impl From<SinkError> for Failure {
    fn from(error: SinkError) -> Self {
        Self::Sink(error)
    }
}

impl From<errors::Error> for Failure {
    fn from(error: errors::Error) -> Self {
        Self::Jni(error)
    }
}

impl Failure {
    /// Throws the exception, unless one is already pending.
    pub(super) fn throw(self, env: &mut Env<'_>) -> errors::Result<()> {
        if env.exception_check() {
            return Ok(());
        }
        let error = match self {
            Self::Sink(error) => error,
            Self::Jni(error) => SinkError::internal(format!("JNI: {error}")),
        };
        // Looked up through the caller, NativeSink, and so in its class loader.
        let class = env.find_class(jni_str!("io/dsqlsink/bridge/DsqlNativeException"))?;
        let sqlstate = env.byte_array_from_slice(error.sqlstate().unwrap_or_default().as_bytes())?;
        let message = env.byte_array_from_slice(error.message().as_bytes())?;
        let exception = env.new_object(
            class,
            jni_sig!("(I[B[B)V"),
            &[JValue::Int(error.kind().code()), JValue::Object(&sqlstate), JValue::Object(&message)],
        )?;
        let exception = env.cast_local::<JThrowable<'_>>(exception)?;
        env.throw(exception)
    }
}

/// The last resort if the exception cannot be created.
pub(super) fn throw_plain(env: &mut Env<'_>, text: &str) {
    if !env.exception_check() {
        // If this fails too, there is no way left to report it to Java.
        let _ = env.throw_new(jni_str!("java/lang/IllegalStateException"), JNIString::from(text));
    }
}
