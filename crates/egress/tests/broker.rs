//! The broker against real servers on this machine, with names and addresses as a test wants them: every row of the policy, hostile
//! servers, the air gap, the ledger to the byte, and a key that must be nowhere but in the one request.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::time::Duration;

use axion_egress::{EgressError, Limits, Method, Policy, Refusal, Request, Rule, header};
use axion_protocol::{EgressOutcome, EgressPurpose};
use support::{World, head, serve, text, world};

const CANARY: &str = "sk-canary-7f3a9c";
const GET: EgressPurpose = EgressPurpose::Model;

fn get(url: &str) -> Request {
    Request::get(GET, url)
}

fn with_key(url: &str) -> Request {
    let mut request = get(url);
    let (name, value) = header("authorization", &format!("Bearer {CANARY}")).unwrap();
    request.secrets.insert(name, value);
    request
}

fn limits(head: u64, idle: u64, total: u64) -> Limits {
    let ms = Duration::from_millis;
    Limits { head: ms(head), idle: ms(idle), total: ms(total), ..Limits::default() }
}

async fn fails(world: &World, request: Request) -> EgressError {
    match world.broker.send(request).await {
        Err(error) => error,
        Ok(reply) => reply.body.all().await.expect_err("it must fail"),
    }
}

#[tokio::test]
async fn an_answer_comes_back_and_the_ledger_has_it_to_the_byte() {
    let server = serve(|conn| text("200 OK", "X-One: 1\r\n", "hello")(conn)).await;
    let world = world(&[&server.url]);
    let mut request = get(&format!("{}/v1/chat?key=secret", server.url));
    request.method = Method::POST;
    request.body = Some("four".into());
    let reply = world.broker.send(request).await.unwrap();
    assert_eq!((reply.status, reply.headers["x-one"].to_str().unwrap()), (200, "1"));
    assert_eq!(reply.body.all().await.unwrap(), b"hello");
    let seen = server.seen();
    assert!(seen[0].starts_with("POST /v1/chat?key=secret HTTP/1.1\r\n"), "{}", seen[0]);
    for expected in ["accept-encoding: identity", "content-length: 4", &format!("host: {}", server.authority())] {
        assert!(seen[0].to_lowercase().contains(expected), "{expected}: {}", seen[0]);
    }
    let entries = world.entries();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(entry.url, format!("{}/v1/chat", server.url), "no query");
    assert_eq!((entry.sent_bytes, entry.received_bytes, entry.status, entry.outcome), (4, 5, Some(200), EgressOutcome::Allowed));
    assert_eq!(
        (entry.address.as_deref(), entry.local, entry.reason.as_deref(), entry.method.as_str()),
        (Some("127.0.0.1"), true, None, "POST")
    );
}

#[tokio::test]
async fn a_name_that_leads_into_a_special_network_is_blocked_and_nothing_is_dialled() {
    for address in [
        "10.0.0.5",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.168.1.1",
        "::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "fe80::1",
        "0.0.0.0",
    ] {
        let world = world(&["https://api.example.test"]);
        world.names(&[("api.example.test", &["93.184.216.34", address])]);
        let error = fails(&world, with_key("https://api.example.test/v1/models")).await;
        assert!(matches!(&error, EgressError::Blocked(Refusal::Reach { .. })), "{address}: {error}");
        assert_eq!(world.dialled(), Vec::<String>::new(), "{address}");
        let entries = world.entries();
        assert_eq!((entries.len(), entries[0].outcome, entries[0].address.clone()), (1, EgressOutcome::Blocked, None));
        assert!(entries[0].reason.as_deref().unwrap().contains(address));
    }
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked_although_the_name_changes() {
    let server = support::serve_tls("api.example.test", |conn| text("200 OK", "", "x")(conn)).await;
    let world = support::world_with(&["https://api.example.test"], Some(&server));
    world.names(&[("api.example.test", &["93.184.216.34"])]);
    world.lead("93.184.216.34", &server.plain);
    // Whoever asks a second time is led to this machine.
    world.then(&[("api.example.test", &["127.0.0.1"])]);
    world.broker.send(get("https://api.example.test/")).await.unwrap().body.all().await.unwrap();
    assert_eq!((world.asked(), world.dialled()), (vec!["api.example.test".to_owned()], vec!["93.184.216.34:443".to_owned()]));
    let error = fails(&world, get("https://api.example.test/")).await;
    assert!(matches!(error, EgressError::Blocked(Refusal::Reach { .. })), "and the next request is checked anew: {error}");
}

#[tokio::test]
async fn what_is_not_allowed_does_not_even_ask_for_an_address() {
    let server = serve(|conn| text("200 OK", "", "x")(conn)).await;
    let world = world(&["https://api.example.test"]);
    for url in [
        "https://other.example.test/",
        "http://api.example.test/",
        "https://api.example.test:8443/",
        &server.url,
        "https://169.254.169.254/latest/meta-data",
        "http://localhost/",
        "https://key@api.example.test/",
        "ftp://api.example.test/",
        "http://2130706433/",
        "https://[::ffff:127.0.0.1]/",
    ] {
        assert!(fails(&world, with_key(url)).await.is_blocked(), "{url}");
    }
    let mut listing = get("https://api.example.test/");
    listing.purpose = EgressPurpose::Runtime;
    assert!(fails(&world, listing).await.is_blocked(), "allowed for another purpose only");
    assert_eq!((world.asked().len(), world.dialled().len(), server.seen().len()), (0, 0, 0));
    assert_eq!(world.entries().len(), 11, "each is in the ledger");
    assert!(world.entries().iter().all(|entry| entry.outcome == EgressOutcome::Blocked && entry.reason.is_some()));
}

#[tokio::test]
async fn the_air_gap_connects_nothing_but_this_machine() {
    let server = serve(|conn| text("200 OK", "", "local")(conn)).await;
    let world = world(&[&server.url, "https://api.example.test", "https://93.184.216.34"]);
    world.names(&[("api.example.test", &["93.184.216.34"])]);
    world.broker.set_policy(Policy { air_gap: true, hosts: vec!["mirror.example.test".into()], ..(*world.broker.policy()).clone() });
    for url in ["https://api.example.test/", "https://93.184.216.34/", "https://mirror.example.test/"] {
        assert_eq!(fails(&world, with_key(url)).await, EgressError::Blocked(Refusal::AirGap), "{url}");
    }
    assert_eq!((world.asked(), world.dialled()), (vec![], vec![]), "no name was asked for, nothing was dialled");
    assert_eq!(world.broker.send(get(&server.url)).await.unwrap().body.all().await.unwrap(), b"local");
    assert_eq!(world.dialled(), vec![server.authority()]);
}

#[tokio::test(start_paused = true)]
async fn refused_requests_are_all_counted_and_do_not_fill_the_ledger() {
    let world = world(&["https://api.example.test"]);
    world.broker.set_policy(Policy { air_gap: true, ..(*world.broker.policy()).clone() });
    for _ in 0..5000 {
        assert_eq!(fails(&world, with_key("https://api.example.test/v1")).await, EgressError::Blocked(Refusal::AirGap));
    }
    world.ledger.until_counted(4940).await;
    let entries = world.entries();
    assert_eq!(entries.len(), 60);
    assert!(entries.iter().all(|entry| entry.outcome == EgressOutcome::Blocked && entry.reason.as_ref().unwrap().contains("air gap")));
    let told: Vec<&str> = entries.iter().filter_map(|entry| entry.reason.as_deref().filter(|reason| reason.contains("more"))).collect();
    assert_eq!(told, ["the air gap is on: nothing leaves this machine; after it 4940 more requests were refused, too many to be listed"]);
    assert_eq!(entries.last().unwrap().reason.as_deref(), Some(told[0]), "the last of them says it");
    // A minute later there is room again, for what somebody else refused, too.
    tokio::time::advance(Duration::from_mins(1)).await;
    let refused = world.broker.refuse(&get("https://api.example.test/v1?key=x"), Refusal::AirGap).await;
    assert_eq!(refused, EgressError::Blocked(Refusal::AirGap));
    let last = world.entries().pop().unwrap();
    assert_eq!((world.entries().len(), last.url.as_str(), last.outcome), (61, "https://api.example.test/v1", EgressOutcome::Blocked));
    assert_eq!((world.asked().len(), world.dialled().len()), (0, 0));
}

#[tokio::test]
async fn closing_the_gap_cuts_off_what_is_under_way() {
    let world = world(&[]);
    let server = serve(|mut stream| async move {
        head(&mut stream, "200 OK", "Content-Length: 100\r\n").await;
        stream.send(b"first").await;
        stream.until_closed().await;
    })
    .await;
    let rule = Rule::for_url(GET, &server.url).unwrap();
    world.broker.set_policy(Policy { rules: vec![rule], ..Policy::default() });
    let mut body = world.broker.send(get(&server.url)).await.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "first");
    world.broker.set_policy(Policy::default());
    let error = body.next().await.unwrap_err();
    assert!(error.is_blocked(), "{error}");
    assert_eq!(body.next().await, Ok(None), "ended for good");
    server.closed().await;
    let entries = world.entries();
    assert_eq!((entries[0].outcome, entries[0].received_bytes), (EgressOutcome::Failed, 5));
}

#[tokio::test]
async fn redirects_are_checked_and_take_no_key_to_another_origin() {
    let last = serve(|conn| text("200 OK", "", "there")(conn)).await;
    let to = last.url.clone();
    let first = serve(move |conn| text("302 Found", &format!("Location: {to}/x\r\n"), "")(conn)).await;
    let world = world(&[&first.url, &last.url]);
    assert_eq!(world.broker.send(with_key(&first.url)).await.unwrap().body.all().await.unwrap(), b"there");
    assert!(first.seen()[0].contains(CANARY));
    assert!(!last.seen()[0].contains(CANARY) && !last.seen()[0].to_lowercase().contains("authorization"), "{}", last.seen()[0]);
    assert_eq!(world.entries().iter().map(|entry| entry.status).collect::<Vec<_>>(), [Some(302), Some(200)]);

    // To somewhere that nobody allowed, to a special address, to another scheme, in a circle, without an end.
    for location in [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest",
        "https://evil.example.test/",
        "http://[::1]:22/",
        "file:///etc/passwd",
        "https://k@evil.example.test/",
    ] {
        let server = serve(move |conn| text("307 Temporary Redirect", &format!("Location: {location}\r\n"), "")(conn)).await;
        let world = support::world(&[&server.url]);
        assert!(fails(&world, with_key(&server.url)).await.is_blocked(), "{location}");
        assert_eq!(world.dialled().len(), 1, "{location}");
    }
    let circle = serve(|conn| text("301 Moved Permanently", "Location: /again\r\n", "")(conn)).await;
    let world = support::world(&[&circle.url]);
    assert_eq!(fails(&world, get(&circle.url)).await, EgressError::Redirect("too often"));
    assert_eq!(circle.seen().len(), 4, "three redirects are followed");
}

#[tokio::test]
async fn content_is_not_carried_to_another_address() {
    let last = serve(|conn| text("200 OK", "", "there")(conn)).await;
    for (status, location, expected) in [
        ("307 Temporary Redirect", format!("{}/x", last.url), None),
        ("302 Found", "/x".into(), None),
        ("308 Permanent Redirect", "/done".into(), Some(())),
    ] {
        let server = serve(move |stream| {
            let location = location.clone();
            async move {
                if stream.request.starts_with("POST /done") {
                    text("200 OK", "", "done")(stream).await;
                } else {
                    text(status, &format!("Location: {location}\r\n"), "")(stream).await;
                }
            }
        })
        .await;
        let world = world(&[&server.url, &last.url]);
        let mut request = with_key(&server.url);
        request.method = Method::POST;
        request.body = Some("what the person wrote".into());
        assert_eq!(world.broker.send(request).await.is_ok().then_some(()), expected, "{status}");
        assert_eq!(last.seen().len(), 0);
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_at_its_limit() {
    let endless = || async {
        serve(|mut stream| async move {
            head(&mut stream, "200 OK", "Content-Type: text/plain\r\n").await;
            while stream.send(&[b'x'; 65_536]).await {}
        })
        .await
    };
    let server = endless().await;
    let world = world(&[&server.url]);
    let mut request = get(&server.url);
    request.limits.body = 1 << 20;
    assert_eq!(fails(&world, request).await, EgressError::TooLarge(1 << 20));
    server.closed().await;
    let received = world.entries()[0].received_bytes;
    assert!((1 << 20..2 << 20).contains(&received), "{received}");
    // One that says so is not read at all.
    let server = serve(|mut stream| async move {
        head(&mut stream, "200 OK", "Content-Length: 1073741824\r\n").await;
        stream.until_closed().await;
    })
    .await;
    let world = support::world(&[&server.url]);
    assert_eq!(fails(&world, get(&server.url)).await, EgressError::TooLarge(8 << 20));
    assert_eq!(world.entries()[0].received_bytes, 0);
}

#[tokio::test]
async fn nothing_is_read_that_nobody_asks_for() {
    let server = serve(|mut stream| async move {
        head(&mut stream, "200 OK", "").await;
        while stream.sent < 256 << 20 && stream.send_within(&[b'x'; 65_536], Duration::from_millis(300)).await {}
        let sent = stream.sent;
        stream.note(sent);
    })
    .await;
    let world = world(&[&server.url]);
    let mut body = world.broker.send(get(&server.url)).await.unwrap().body;
    let first = body.next().await.unwrap().unwrap();
    assert!(first.len() <= 65_536);
    let sent = server.noted().await;
    assert!(sent < 32 << 20, "the server got rid of {sent} bytes although one piece was read");
}

#[tokio::test]
async fn a_head_without_an_end_is_refused() {
    let server = serve(|mut stream| async move {
        stream.send(b"HTTP/1.1 200 OK\r\n").await;
        let mut number = 0;
        while stream.send(format!("X-{number}: {}\r\n", "y".repeat(1000)).as_bytes()).await {
            number += 1;
        }
    })
    .await;
    let world = world(&[&server.url]);
    let error = fails(&world, get(&server.url)).await;
    assert!(matches!(error, EgressError::HeadTooLarge(65_536)), "{error:?}");
    server.closed().await;
    // One line that does not end.
    let server = serve(|mut stream| async move {
        stream.send(b"HTTP/1.1 200 OK\r\nX: ").await;
        while stream.send(&[b'y'; 4096]).await {}
    })
    .await;
    let world = support::world(&[&server.url]);
    assert!(matches!(fails(&world, get(&server.url)).await, EgressError::HeadTooLarge(_)));
}

#[tokio::test]
async fn a_server_that_drips_or_says_nothing_is_given_up() {
    let silent = serve(|mut stream| async move { stream.until_closed().await }).await;
    let world = world(&[&silent.url]);
    let mut request = get(&silent.url);
    request.limits = limits(60, 60, 5000);
    assert!(matches!(fails(&world, request).await, EgressError::Idle(_)));
    silent.closed().await;

    let dripping_head = serve(|mut stream| async move {
        for byte in b"HTTP/1.1 200 OK\r\nX: ".iter().chain(std::iter::repeat(&b'y')) {
            if !stream.send(&[*byte]).await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let world = support::world(&[&dripping_head.url]);
    let mut request = get(&dripping_head.url);
    request.limits = limits(150, 5000, 5000);
    assert!(matches!(fails(&world, request).await, EgressError::Idle(_)));

    let dripping_body = serve(|mut stream| async move {
        head(&mut stream, "200 OK", "Content-Length: 1000000\r\n").await;
        while stream.send(b"z").await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let world = support::world(&[&dripping_body.url]);
    let mut request = get(&dripping_body.url);
    request.limits = limits(5000, 5000, 200);
    assert!(matches!(fails(&world, request).await, EgressError::Time(_)), "bytes that come keep it alive only until its end");
    dripping_body.closed().await;

    let stalled = serve(|mut stream| async move {
        head(&mut stream, "200 OK", "Content-Length: 10\r\n").await;
        stream.send(b"12345").await;
        stream.until_closed().await;
    })
    .await;
    let world = support::world(&[&stalled.url]);
    let mut request = get(&stalled.url);
    request.limits = limits(5000, 80, 5000);
    assert!(matches!(fails(&world, request).await, EgressError::Idle(_)));
    assert_eq!(world.entries()[0].received_bytes, 5);
}

#[tokio::test]
async fn half_an_answer_is_an_error_not_an_end() {
    for (sent, what) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "a short body"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "no last chunk"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello\r\n", "a chunk of absurd size"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello77", "two lengths"),
        ("HTTP/1.1 200 OK\r\nX", "half a head"),
        ("", "nothing"),
        ("<html>not http</html>", "no HTTP"),
        ("SSH-2.0-OpenSSH_9.9\r\n", "another protocol"),
    ] {
        let server = serve(move |mut stream| async move {
            stream.send(sent.as_bytes()).await;
        })
        .await;
        let world = world(&[&server.url]);
        let error = fails(&world, get(&server.url)).await;
        assert!(matches!(error, EgressError::Protocol { .. }), "{what}: {error:?}");
        assert_eq!(world.entries()[0].outcome, EgressOutcome::Failed, "{what}");
    }
}

#[tokio::test]
async fn a_packed_answer_is_refused_before_it_is_unpacked() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    (0..64).for_each(|_| packer.write_all(&[0_u8; 1 << 20]).unwrap());
    let bomb: &'static [u8] = packer.finish().unwrap().leak();
    for encoding in ["gzip", "br", "deflate, gzip", "zstd"] {
        let server = serve(move |mut stream| async move {
            head(&mut stream, "200 OK", &format!("Content-Encoding: {encoding}\r\nContent-Length: {}\r\n", bomb.len())).await;
            stream.send(bomb).await;
        })
        .await;
        let world = world(&[&server.url]);
        assert_eq!(fails(&world, get(&server.url)).await, EgressError::Compressed(encoding.into()));
        assert_eq!(world.entries()[0].received_bytes, 0);
    }
}

#[tokio::test]
async fn giving_up_closes_the_connection_and_is_recorded() {
    let server = serve(|mut stream| async move {
        head(&mut stream, "200 OK", "").await;
        stream.send(b"some").await;
        stream.until_closed().await;
    })
    .await;
    let world = world(&[&server.url]);
    let mut body = world.broker.send(get(&server.url)).await.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "some");
    drop(body);
    server.closed().await;
    assert_eq!(world.entries()[0].reason.as_deref(), Some("stopped before its end"));

    let silent = serve(|mut stream| async move { stream.until_closed().await }).await;
    let world = support::world(&[&silent.url]);
    let sending = world.broker.send(get(&silent.url));
    tokio::select! {
        _ = sending => panic!("nothing answers"),
        () = silent.arrived() => {}
    }
    silent.closed().await;
    assert_eq!(world.entries().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_recorded_does_not_leave() {
    let server = serve(|conn| text("200 OK", "", "x")(conn)).await;
    let world = world(&[&server.url]);
    world.ledger.full.store(true, std::sync::atomic::Ordering::SeqCst);
    let error = fails(&world, get(&server.url)).await;
    assert_eq!(error, EgressError::Blocked(Refusal::Ledger("the disk is full".into())));
    assert_eq!((world.dialled().len(), server.seen().len()), (0, 0));
}

#[tokio::test]
async fn a_key_is_in_no_entry_and_no_error() {
    let server = serve(|conn| text("401 Unauthorized", "", CANARY)(conn)).await;
    let world = world(&[&server.url, "https://api.example.test"]);
    let ok = world.broker.send(with_key(&format!("{}/v1?key={CANARY}", server.url))).await.unwrap();
    assert_eq!(ok.status, 401);
    ok.body.all().await.unwrap();
    let mut said = String::new();
    for url in [
        format!("https://{CANARY}@api.example.test/"),
        format!("https://evil.example.test/?{CANARY}"),
        format!("nonsense {CANARY}"),
        "https://api.example.test/".into(),
    ] {
        said += &format!("{:?}", fails(&world, with_key(&url)).await);
    }
    let all = format!("{said}{:?}{}", world.entries(), serde_json::to_string(&world.entries()).unwrap());
    assert!(!all.contains("canary"), "{all}");
}

#[tokio::test]
async fn encrypted_requests_need_a_certificate_that_is_trusted_for_the_name() {
    let server = support::serve_tls("api.example.test", |conn| text("200 OK", "", "sealed")(conn)).await;
    let trusted = support::world_with(&["https://api.example.test", "https://other.example.test"], Some(&server));
    trusted.names(&[("api.example.test", &["93.184.216.34"]), ("other.example.test", &["93.184.216.34"])]);
    trusted.lead("93.184.216.34", &server.plain);
    assert_eq!(trusted.broker.send(with_key("https://api.example.test/")).await.unwrap().body.all().await.unwrap(), b"sealed");
    assert!(matches!(fails(&trusted, with_key("https://other.example.test/")).await, EgressError::Tls { .. }), "another name");
    let stranger = world(&["https://api.example.test"]);
    stranger.names(&[("api.example.test", &["93.184.216.34"])]);
    stranger.lead("93.184.216.34", &server.plain);
    assert!(matches!(fails(&stranger, with_key("https://api.example.test/")).await, EgressError::Tls { .. }), "another root");
    assert_eq!(server.plain.seen().len(), 1, "only the trusted request was sent");
}

#[tokio::test]
async fn the_first_address_that_answers_is_taken_and_the_others_are_left() {
    let server = support::serve_tls("api.example.test", |conn| text("200 OK", "", "x")(conn)).await;
    let world = support::world_with(&["https://api.example.test"], Some(&server));
    world.names(&[("api.example.test", &["2606:4700::1", "93.184.216.34", "93.184.216.35"])]);
    world.lead("93.184.216.34", &server.plain);
    world.broker.send(get("https://api.example.test/")).await.unwrap().body.all().await.unwrap();
    assert_eq!(world.dialled(), ["[2606:4700::1]:443", "93.184.216.34:443"]);
    assert_eq!(world.entries()[0].address.as_deref(), Some("93.184.216.34"));
    world.names(&[("api.example.test", &["93.184.216.35"])]);
    assert!(matches!(fails(&world, get("https://api.example.test/")).await, EgressError::Connect { .. }));
    world.names(&[("api.example.test", &[])]);
    assert_eq!(fails(&world, get("https://api.example.test/")).await, EgressError::Resolve("api.example.test".into()));
}

#[tokio::test]
async fn only_so_many_are_open_at_once_and_each_that_ends_makes_room() {
    let server = serve(|mut conn| async move {
        head(&mut conn, "200 OK", "").await;
        conn.send(b"x").await;
        conn.until_closed().await;
    })
    .await;
    let world = world(&[&server.url]);
    let mut open = Vec::new();
    let refused = loop {
        match world.broker.send(get(&server.url)).await {
            Ok(reply) => open.push(reply),
            Err(error) => break error,
        }
        assert!(open.len() <= 1000);
    };
    assert_eq!(refused, EgressError::Blocked(Refusal::Busy(open.len())));
    open.pop();
    assert!(world.broker.send(get(&server.url)).await.is_ok());
}
