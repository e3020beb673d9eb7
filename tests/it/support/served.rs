//! A server in a process of its own, at an address of its own: it can be killed at any moment, and started again where it was.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Below those that the system gives to whoever asks for none, so that nobody else takes one while its server is down.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// An address of this machine at which nobody listens.
pub fn address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let many = PORTS.end - PORTS.start;
    // Several test binaries may run at once.
    let own = u16::try_from(std::process::id() * 97 % u32::from(many)).unwrap();
    loop {
        let next = (own + NEXT.fetch_add(1, Ordering::SeqCst)) % many;
        let address = SocketAddr::from(([127, 0, 0, 1], PORTS.start + next));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// It runs until it is killed or dropped.
pub struct Served {
    pub address: SocketAddr,
    command: Command,
    child: Child,
}

impl Served {
    /// Starts it, and waits until it listens. What it is told on its standard input ends when it is dropped, and when who started it is gone.
    pub fn start(address: SocketAddr, mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let child = command.stderr(Stdio::null()).spawn()?;
        let mut served = Self {
            address,
            command,
            child,
        };
        served.wait();
        Ok(served)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// It hears, and answers nobody, until it goes on.
    pub fn hang(&self) {
        self.signal(Signal::STOP);
    }

    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }

    /// Starts it again, where it was, and with what it kept.
    pub fn again(&mut self) {
        self.kill();
        self.child = self.command.spawn().unwrap();
        self.wait();
    }

    /// With a variable of its environment set, or not.
    pub fn again_with(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.command.env(name, value),
            None => self.command.env_remove(name),
        };
        self.again();
    }

    fn wait(&mut self) {
        for _ in 0..1_000 {
            if TcpStream::connect(self.address).is_ok() {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{:?} ended: {ended:?}", self.command);
            thread::sleep(Duration::from_millis(20));
        }
        panic!("{:?} does not listen", self.command);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}
