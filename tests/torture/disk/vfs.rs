//! SQLite's way to its files, with a note before every change and behind every sync.
//!
//! Files are opened by SQLite's own VFS and stay its own; only the functions that write, cut off,
//! sync, close and control are put in front of its. The one place in Laurel with unsafe code: an
//! interface of C functions has no other.

#![expect(
    unsafe_code,
    reason = "SQLite's VFS is an interface of C functions and pointers"
)]

use super::SECTOR;
use super::journal::{Change, Journal, Sync, Unsynced};
use rusqlite::ffi;
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// How long a sync takes at most, so that a kill can meet one. A real disk takes as long.
const SYNC_MICROS_MAX: u64 = 3000;
/// Files that must survive: the database, its journal and its write-ahead log.
const KINDS: c_int = ffi::SQLITE_OPEN_MAIN_DB | JOURNALS;
const JOURNALS: c_int = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL;

/// An open file.
#[derive(Clone)]
struct Open {
    name: String,
    /// SQLite's own functions for it.
    own: ffi::sqlite3_io_methods,
    /// Whether its first sync syncs the directory, as SQLite does for a journal that it may have made.
    syncs_directory: bool,
}

struct Disk {
    journal: Journal,
    /// By the address that SQLite gives a file.
    open: HashMap<usize, Open>,
}

type OpenFile = unsafe extern "C" fn(
    *mut ffi::sqlite3_vfs,
    ffi::sqlite3_filename,
    *mut ffi::sqlite3_file,
    c_int,
    *mut c_int,
) -> c_int;
type DeleteFile = unsafe extern "C" fn(*mut ffi::sqlite3_vfs, *const c_char, c_int) -> c_int;

/// What SQLite's own VFS opens and deletes files with.
static OWN: OnceLock<(OpenFile, DeleteFile)> = OnceLock::new();
static DISK: Mutex<Option<Disk>> = Mutex::new(None);
/// The statement that every connection begins with, instead of `pragma synchronous` later on.
static FIRST: OnceLock<CString> = OnceLock::new();

thread_local! {
    /// Whether this thread is setting it just now.
    static IS_FIRST: Cell<bool> = const { Cell::new(false) };
}

/// Puts the disk under all connections that this process opens from now on. `synchronous` overrules
/// what the program sets, which is how the harness is shown to notice.
///
/// # Panics
/// If SQLite has no VFS, or the notes cannot be begun.
pub(crate) fn install(notes: &Path, synchronous: Option<&str>) {
    let journal = Journal::create(notes).expect("the notes can be begun");
    let open = HashMap::new();
    *DISK.lock().unwrap_or_else(PoisonError::into_inner) = Some(Disk { journal, open });
    // SAFETY: a null name asks for the default VFS, which lives as long as the process and is not
    // changed after its registration.
    let own = unsafe { *ffi::sqlite3_vfs_find(std::ptr::null()) };
    let functions = own.xOpen.zip(own.xDelete);
    OWN.get_or_init(|| functions.expect("a VFS opens and deletes"));
    // Its private data and the functions that are not replaced go on working with this copy, since
    // they find everything through the copied fields.
    let ours = Box::leak(Box::new(ffi::sqlite3_vfs {
        zName: c"losing".as_ptr(),
        pNext: std::ptr::null_mut(),
        xOpen: Some(open_file),
        xDelete: Some(delete_file),
        ..own
    }));
    // SAFETY: the structure is never freed.
    let registered = unsafe { ffi::sqlite3_vfs_register(ours, 1) };
    assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes the VFS");
    if let Some(synchronous) = synchronous {
        let first = CString::new(format!("pragma synchronous = {synchronous}"));
        FIRST.get_or_init(|| first.expect("a word without NUL"));
        // SAFETY: the function has the type that SQLite calls extensions with.
        let extended = unsafe { ffi::sqlite3_auto_extension(Some(begin_connection)) };
        assert_eq!(extended, ffi::SQLITE_OK, "SQLite takes the extension");
    }
}

fn disk() -> MutexGuard<'static, Option<Disk>> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The open file at an address.
fn known(file: *mut ffi::sqlite3_file) -> Option<Open> {
    disk().as_ref()?.open.get(&file.addr()).cloned()
}

/// Does something with the notes; SQLite learns of a failure as one of the disk.
fn with_notes(work: impl FnOnce(&mut Journal) -> io::Result<()>) -> c_int {
    match disk().as_mut().map(|disk| work(&mut disk.journal)) {
        Some(Ok(())) => ffi::SQLITE_OK,
        Some(Err(_)) | None => ffi::SQLITE_IOERR,
    }
}

/// Sets the wrong `synchronous` before the program comes to set the right one. It is the first to look into
/// the file, so it is the first to hear that it is torn, and SQLite hands on why.
unsafe extern "C" fn begin_connection(
    db: *mut ffi::sqlite3,
    why: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    let Some(first) = FIRST.get() else {
        return ffi::SQLITE_OK;
    };
    IS_FIRST.set(true);
    // SAFETY: SQLite calls this with a connection that is open and a place for an error that it frees, and
    // the text ends with a NUL.
    let set = unsafe { ffi::sqlite3_exec(db, first.as_ptr(), None, std::ptr::null_mut(), why) };
    IS_FIRST.set(false);
    set
}

unsafe extern "C" fn open_file(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let Some((open, _)) = OWN.get() else {
        return ffi::SQLITE_CANTOPEN;
    };
    let path = (flags & KINDS != 0 && !name.is_null()).then(|| {
        // SAFETY: SQLite gives a path that ends with a NUL.
        unsafe { CStr::from_ptr(name) }
            .to_string_lossy()
            .into_owned()
    });
    let is_new = path.as_ref().is_some_and(|path| !Path::new(path).exists());
    // SAFETY: the arguments are handed on as they came.
    let opened = unsafe { open(vfs, name, file, flags, out) };
    let Some(path) = path.filter(|_| opened == ffi::SQLITE_OK) else {
        return opened;
    };
    // SAFETY: an open file has its functions, in memory that SQLite never frees.
    let own = unsafe { *(*file).pMethods };
    let ours = ffi::sqlite3_io_methods {
        // Without the functions of version 3, which map files into memory past `write_file`.
        iVersion: 2,
        xClose: Some(close_file),
        xWrite: Some(write_file),
        xTruncate: Some(truncate_file),
        xSync: Some(sync_file),
        xFileControl: Some(control_file),
        ..own
    };
    // SAFETY: the file is SQLite's for the time of this call, and the functions are never freed.
    unsafe { (*file).pMethods = Box::leak(Box::new(ours)) };
    let mut disk = disk();
    let Some(disk) = disk.as_mut() else {
        return ffi::SQLITE_CANTOPEN;
    };
    let created = Unsynced::of_name(Change::Create, &path, Vec::new());
    if is_new && disk.journal.note(&created).is_err() {
        return ffi::SQLITE_CANTOPEN;
    }
    let may_be_new = flags & ffi::SQLITE_OPEN_CREATE != 0;
    let open = Open {
        name: path,
        own,
        syncs_directory: may_be_new && flags & JOURNALS != 0,
    };
    disk.open.insert(file.addr(), open);
    ffi::SQLITE_OK
}

unsafe extern "C" fn close_file(file: *mut ffi::sqlite3_file) -> c_int {
    let open = disk()
        .as_mut()
        .and_then(|disk| disk.open.remove(&file.addr()));
    match open.and_then(|open| open.own.xClose) {
        // SAFETY: the file is open, and these are its own functions.
        Some(close) => unsafe { close(file) },
        None => ffi::SQLITE_IOERR,
    }
}

unsafe extern "C" fn write_file(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    let end = offset + i64::from(amount);
    // SAFETY: SQLite calls this with an open file.
    let noted = unsafe { note_change(file, Change::Write, offset, end) };
    match noted.and_then(|open| open.own.xWrite) {
        // SAFETY: as above; the arguments are handed on as they came.
        Some(write) => unsafe { write(file, bytes, amount, offset) },
        None => ffi::SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn truncate_file(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: SQLite calls this with an open file.
    let noted = unsafe { note_change(file, Change::Truncate, size, i64::MAX) };
    match noted.and_then(|open| open.own.xTruncate) {
        // SAFETY: as above.
        Some(truncate) => unsafe { truncate(file, size) },
        None => ffi::SQLITE_IOERR_TRUNCATE,
    }
}

/// Notes what is in a file between two places, as far as the file goes, before it changes there.
///
/// # Safety
/// The file is open.
unsafe fn note_change(
    file: *mut ffi::sqlite3_file,
    change: Change,
    from: i64,
    to: i64,
) -> Option<Open> {
    let open = known(file)?;
    let mut size = 0;
    // SAFETY: the file is open, these are its own functions, and `size` outlives the call.
    let sized = unsafe { open.own.xFileSize?(file, &raw mut size) };
    let to = if change == Change::Truncate {
        size.max(from)
    } else {
        to
    };
    let sector = i64::try_from(SECTOR).ok()?;
    let first = from - from % sector;
    let length = (to - first + sector - 1) / sector * sector;
    let mut before = vec![0; usize::try_from(length).ok()?];
    let amount = c_int::try_from(length).ok()?;
    if amount > 0 {
        // SAFETY: the buffer has as many bytes as are asked for.
        let read = unsafe { open.own.xRead?(file, before.as_mut_ptr().cast(), amount, first) };
        // Behind the end there are zeros.
        (read == ffi::SQLITE_OK || read == ffi::SQLITE_IOERR_SHORT_READ).then_some(())?;
    }
    let unsynced = Unsynced {
        change,
        file: open.name.clone(),
        offset: usize::try_from(first).ok()?,
        size: usize::try_from(size).ok()?,
        before,
    };
    let noted = with_notes(|journal| journal.note(&unsynced));
    (sized == ffi::SQLITE_OK && noted == ffi::SQLITE_OK).then_some(open)
}

/// Takes a moment and crosses off what was written before it began. Whether the machine's own disk
/// has it is of no interest here: its power stays on.
unsafe extern "C" fn sync_file(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let Some(open) = known(file) else {
        return ffi::SQLITE_IOERR_FSYNC;
    };
    let begun = disk().as_ref().map_or(0, |disk| disk.journal.now());
    std::thread::sleep(Duration::from_micros(fastrand::u64(..SYNC_MICROS_MAX)));
    if let Some(open) = disk()
        .as_mut()
        .and_then(|disk| disk.open.get_mut(&file.addr()))
    {
        open.syncs_directory = false;
    }
    let sync = Sync {
        file: open.name,
        directory: open.syncs_directory,
        before: begun,
    };
    with_notes(|journal| journal.cross_off(&sync))
}

/// Leaves `pragma synchronous` as [`install`] set it.
unsafe extern "C" fn control_file(
    file: *mut ffi::sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    if operation == ffi::SQLITE_FCNTL_PRAGMA && FIRST.get().is_some() && !IS_FIRST.get() {
        // SAFETY: for this operation SQLite gives an array of texts, the pragma's name second.
        let pragma = unsafe { CStr::from_ptr(*argument.cast::<*const c_char>().add(1)) };
        if pragma.to_bytes().eq_ignore_ascii_case(b"synchronous") {
            return ffi::SQLITE_OK;
        }
    }
    match known(file).and_then(|open| open.own.xFileControl) {
        // SAFETY: the file is open, these are its own functions, the arguments are as they came.
        Some(control) => unsafe { control(file, operation, argument) },
        None => ffi::SQLITE_NOTFOUND,
    }
}

unsafe extern "C" fn delete_file(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_directory: c_int,
) -> c_int {
    let Some((_, delete)) = OWN.get() else {
        return ffi::SQLITE_IOERR_DELETE;
    };
    // SAFETY: SQLite gives a path that ends with a NUL.
    let path = unsafe { CStr::from_ptr(name) }
        .to_string_lossy()
        .into_owned();
    if let Ok(content) = std::fs::read(&path) {
        let deleted = Unsynced::of_name(Change::Delete, &path, content);
        let noted = with_notes(|journal| journal.note(&deleted));
        if noted != ffi::SQLITE_OK {
            return noted;
        }
    }
    // SAFETY: the arguments are handed on as they came.
    let deleted = unsafe { delete(vfs, name, 0) };
    if deleted != ffi::SQLITE_OK || sync_directory == 0 {
        return deleted;
    }
    with_notes(|journal| {
        let before = journal.now();
        journal.cross_off(&Sync {
            file: String::new(),
            directory: true,
            before,
        })
    })
}
