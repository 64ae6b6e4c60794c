// A module in Rust: it counts words, on threads of its own. The structures are those of status_module.h, as bindgen
// would make them; a real module reads its JSON with serde_json.
//
//   rustc --edition 2021 --crate-type cdylib -C panic=abort -C force-frame-pointers=yes -O -g -o libwords.so words.rs
use std::ffi::{c_char, c_int, c_void, CStr};
use std::sync::atomic::{AtomicPtr, Ordering};

#[repr(C)]
pub struct StatusCall {
    token: u64,
    method: *const c_char,
    params: *const c_char,
    params_size: usize,
    deadline_ms: u32,
    caller: *const c_char,
    idempotency_key: *const c_char,
}

// The functions that are not used here are pointers.
#[repr(C)]
pub struct StatusHost {
    size: u32,
    reply: unsafe extern "C" fn(*const StatusHost, u64, *const c_char, usize),
    fail: unsafe extern "C" fn(*const StatusHost, u64, *const c_char, *const c_char, *const c_char),
    remaining_ms: *const c_void,
    publish: *const c_void,
    count: unsafe extern "C" fn(*const StatusHost, *const c_char, f64),
    gauge: *const c_void,
    observe: *const c_void,
    log: *const c_void,
    wake: *const c_void,
    watch: *const c_void,
}

static HOST: AtomicPtr<StatusHost> = AtomicPtr::new(std::ptr::null_mut());

const DESCRIPTION: &str = concat!(
    r#"{"interface":"1.0","title":"Words","methods":["#,
    r#"{"name":"count","summary":"Counts the words of a text.","#,
    r#""params":{"properties":{"text":{"type":"string"}},"required":["text"]},"#,
    r#""result":{"properties":{"words":{"type":"integer"}},"required":["words"]},"#,
    r#""errors":[{"code":"INVALID_ARGUMENT","reason":"no_words","description":"There is none."}]},"#,
    r#"{"name":"panic","summary":"Ends the process."}]}"#,
    "\0"
);

fn count(token: u64, params: String) {
    let host = HOST.load(Ordering::Acquire);
    let text = params.split_once(':').map_or("", |(_, text)| text).trim_matches(|c| "\"}".contains(c));
    let words = text.split_whitespace().count();
    if words == 0 {
        let (code, reason, message) = ("INVALID_ARGUMENT\0", "no_words\0", "the text has no words\0");
        unsafe { ((*host).fail)(host, token, code.as_ptr().cast(), reason.as_ptr().cast(), message.as_ptr().cast()) };
        return;
    }
    let answer = format!("{{\"words\":{words}}}");
    unsafe {
        ((*host).count)(host, "words\0".as_ptr().cast(), words as f64);
        ((*host).reply)(host, token, answer.as_ptr().cast(), answer.len());
    }
}

#[no_mangle]
pub extern "C" fn status_module_abi() -> u32 {
    1
}

#[no_mangle]
pub extern "C" fn status_module_describe() -> *const c_char {
    DESCRIPTION.as_ptr().cast()
}

#[no_mangle]
pub extern "C" fn status_module_start(_config: *const c_char, _size: usize, host: *mut StatusHost) -> c_int {
    HOST.store(host, Ordering::Release);
    0
}

#[no_mangle]
pub unsafe extern "C" fn status_module_call(call: *const StatusCall) {
    let token = (*call).token;
    let params = CStr::from_ptr((*call).params).to_string_lossy().into_owned();
    if CStr::from_ptr((*call).method).to_bytes() == b"panic" {
        panic!("as it was told to");
    }
    std::thread::spawn(move || count(token, params)); // answers may come from any thread
}

#[no_mangle]
pub extern "C" fn status_module_stop(_deadline_ms: u32) {}
