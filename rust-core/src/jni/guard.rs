//! A panic or an error leaves an export only as a Java exception.

use std::any::Any;

use jni::errors::ErrorPolicy;
use jni::{Env, EnvUnowned, errors};

use crate::error::SinkError;
use crate::jni::exception::{self, Failure};

/// Runs an export's body. Its error or panic becomes the pending exception, and Java gets the default value, which it
/// never reads.
pub(super) fn guard<'local, T: Default>(
    mut env: EnvUnowned<'local>,
    body: impl FnOnce(&mut Env<'local>) -> Result<T, Failure>,
) -> T {
    env.with_env(body).resolve::<Throw>()
}

struct Throw;

impl<T: Default> ErrorPolicy<T, Failure> for Throw {
    type Captures<'env: 'method, 'method> = ();

    fn on_error<'env: 'method, 'method>(
        env: &mut Env<'env>,
        _: &mut Self::Captures<'env, 'method>,
        failure: Failure,
    ) -> errors::Result<T> {
        let text = format!("{failure:?}");
        if failure.throw(env).is_err() {
            exception::throw_plain(env, &text);
        }
        Ok(T::default())
    }

    fn on_panic<'env: 'method, 'method>(
        env: &mut Env<'env>,
        captures: &mut Self::Captures<'env, 'method>,
        payload: Box<dyn Any + Send + 'static>,
    ) -> errors::Result<T> {
        let text = payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without text".to_owned());
        Self::on_error(env, captures, Failure::Sink(SinkError::internal(text)))
    }
}
