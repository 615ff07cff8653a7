import TestSupport

/// A bridge to no cluster: a process that speaks the bridge's protocol and does what a script says.
///
/// The address is the script: words that say how many workers there is room for, and what is lost when the first segment
/// is given out, `node`, `worker`, `actor`, `bridge` or, of no kind that there is, `planet`; or that it says farewell; or that
/// nodes have `huge` numbers of all; or that the first worker says too much, `flood`. What is lost is lost once, as a file says.
struct ScriptedBridge {
  let path: String

  init(in folder: TemporaryFolder) throws {
    try folder.write(Self.program, to: "bridge")
    path = folder("bridge")
  }

  private static let program = #"""
    import hashlib, json, os, pathlib, sys

    def say(t, **values):
        print(json.dumps({"t": t, **values}), flush=True)

    script = sys.argv[sys.argv.index("--address") + 1].split("-")
    lost = pathlib.Path(__file__).with_name("lost")
    print("noise of a library")
    say("hello", protocol=[1, 1], bridge="scripted", ray="0", pid=os.getpid())
    if "bye" in script:
        say("bye", reason="no cluster here")
        sys.exit(1)
    nodes = [{"id": "n", "host": "far", "cpus": 2, "gpus": 0}]
    if "huge" in script:
        nodes = [{"id": "a", "host": "a", "cpus": -5, "gpus": 1e300}, {"id": "b", "host": "b", "cpus": 1e19, "gpus": -1e-9}]
    say("nodes", nodes=nodes)
    room = int(next((word for word in script if word.isdigit()), 99))
    running, waiting = set(), []

    def fill():
        while waiting and len(running) < room:
            running.add(number := waiting.pop(0))
            say("started", worker=number, node="n", host="far")
            tell(number, {"t": "hello", "protocol": [1, 1], "worker": "w", "pid": 1, "host": "far"})

    def tell(number, message):
        say("line", worker=number, line=json.dumps(message))

    def end(number, kind, reason):
        running.discard(number)
        if number in waiting: waiting.remove(number)
        say("ended", worker=number, kind=kind, reason=reason)
        fill()

    for text in sys.stdin:
        order = json.loads(text)
        number = order.get("worker")
        if order["t"] == "start":
            waiting.append(number)
            fill()
            if number in waiting: say("waiting", worker=number, reason="until a node has 1 CPU free")
        elif order["t"] == "kill":
            end(number, "worker", "it was ended as asked")
        elif order["t"] == "quit":
            sys.exit(0)
        elif order["t"] == "line" and number in running:
            message = json.loads(order["line"])
            if message["t"] == "welcome":
                tell(number, {"t": "ready"})
            elif message["t"] == "quit":
                end(number, "worker", "it ended with code 0")
            elif message["t"] == "run":
                loss = next((word for word in script if word in ("node", "worker", "actor", "bridge", "planet")), None)
                if loss and not lost.exists():
                    lost.write_text("")
                    if loss == "bridge": os._exit(3)
                    end(number, loss, "it is lost")
                    continue
                say("log", worker=number, text="trains " + message["key"])
                if "user" in script:
                    tell(number, {"t": "failed", "key": message["key"], "kind": "user", "reason": "ValueError: 3 classes"})
                    continue
                content = message["key"].encode()
                pathlib.Path(message["output"]).write_bytes(content)
                tell(number, {
                    "t": "done", "key": message["key"], "score": 0.5, "metrics": {"worker": number},
                    "digest": hashlib.sha256(content).hexdigest(), "size": len(content), "seconds": 1})
                if "flood" in script and number == 1:
                    for _ in range(20): say("line", worker=number, line="x" * 1000000)
                    say("log", worker=number, text="has said too much")
    """#
}
