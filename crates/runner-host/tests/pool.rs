//! Warm runners: handed out again to the same asker, never to another, let go after their time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests a panic is how a failure is told")]

mod support;

use std::time::Duration;

use axion_runner_host::{Access, PoolLimits, RunnerPool};
use serde_json::json;
use support::{Jail, Place, ask, grant, recorder};

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_was_given_back_serves_the_same_grants_again() {
    let place = Place::new();
    let mut spec = place.spec(Jail::Process);
    spec.grants = vec![grant("a", place.folder("a"), Access::ReadOnly), grant("b", place.folder("b"), Access::ReadWrite)];
    let pool = RunnerPool::default();
    let first = recorder();
    let lease = pool.acquire(spec.clone(), first.clone()).await.unwrap();
    let pid = lease.facts().pid;
    assert!(!lease.was_warm());
    ask(&lease, "journal", json!({"count": 1})).await;
    // While it is out, another asker gets another runner.
    let beside = pool.acquire(spec.clone(), recorder()).await.unwrap();
    assert_ne!(beside.facts().pid, pid);
    beside.discard(Duration::from_secs(5)).await;
    drop(lease);
    assert_eq!(pool.idle(), 1);

    let mut other = spec.clone();
    other.grants[0].access = Access::ReadWrite;
    let stranger = pool.acquire(other, recorder()).await.unwrap();
    assert!(!stranger.was_warm(), "other rights, other runner");
    stranger.discard(Duration::from_secs(5)).await;

    let mut same = spec.clone();
    same.grants.reverse();
    let second = recorder();
    let again = pool.acquire(same, second.clone()).await.unwrap();
    assert!(again.was_warm());
    assert_eq!(again.facts().pid, pid);
    ask(&again, "journal", json!({"count": 2})).await;
    assert_eq!(first.requests.lock().unwrap().len(), 1, "the first sink hears nothing more");
    assert_eq!(second.requests.lock().unwrap().len(), 2);
    drop(again);
    pool.close().await;
    assert_eq!(pool.idle(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_runner_is_not_handed_out() {
    let place = Place::new();
    let pool = RunnerPool::default();
    let lease = pool.acquire(place.spec(Jail::Process), recorder()).await.unwrap();
    let (pid, handle) = (lease.facts().pid, lease.clone());
    drop(lease);
    handle.kill();
    handle.exited().await;
    let next = pool.acquire(place.spec(Jail::Process), recorder()).await.unwrap();
    assert!(!next.was_warm() && next.facts().pid != pid);
    drop(next);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_runners_are_few_and_do_not_stay_for_ever() {
    let place = Place::new();
    let limits = PoolLimits { idle: 1, keep: Duration::from_millis(200), grace: Duration::from_secs(2) };
    let pool = RunnerPool::new(limits);
    let one = pool.acquire(place.spec(Jail::Process), recorder()).await.unwrap();
    let two = pool.acquire(place.spec(Jail::Process), recorder()).await.unwrap();
    let watched = two.clone();
    let first = one.clone();
    drop(one);
    drop(two);
    assert_eq!(pool.idle(), 1);
    first.exited().await;
    watched.exited().await;
    assert_eq!(pool.idle(), 0);
    // Given back on a thread that knows no runtime, it goes in time as well.
    let third = pool.acquire(place.spec(Jail::Process), recorder()).await.unwrap();
    let watched = third.clone();
    std::thread::spawn(move || drop(third)).join().unwrap();
    watched.exited().await;
    assert_eq!(pool.idle(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_bundle_is_another_program() {
    let place = Place::new();
    let pool = RunnerPool::default();
    let spec = place.spec(Jail::Process);
    drop(pool.acquire(spec.clone(), recorder()).await.unwrap());
    let text = std::fs::read_to_string(&spec.bundle).unwrap();
    std::fs::write(&spec.bundle, format!("{text}\n// rebuilt\n")).unwrap();
    let next = pool.acquire(spec, recorder()).await.unwrap();
    assert!(!next.was_warm());
    drop(next);
    pool.close().await;
}
