"""python -m tengen.serve, by a client that knows the protocol alone; hostile clients, too."""

import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

import gymnasium
import numpy as np
import pytest
from client import CLOSE, DRAW, ERROR, HELLO, LOAD, OBSERVE, ORACLE, RESET, SAVE, STEP, Client, Connection, Refused, Served

from tengen.serve.making import lane_seed

HERE = os.path.dirname(__file__)
OWN = {"PYTHONPATH": os.pathsep.join([HERE, os.environ.get("PYTHONPATH", "")])}


def serve(folder, name, *arguments, **environment):
    """Serves one of tests/python/environments.py on a socket in a folder."""
    return Served(name, "--import", "environments", "--listen", f"unix:{folder}/s", *arguments,
                  environment={**OWN, **environment})


def children(process):
    """The processes that a process has started and that still run."""
    found = []
    for entry in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                state, parent = file.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == process and state != "Z":
            found += [int(entry), *children(int(entry))]
    return found


def gone(processes):
    end = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{process}") for process in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(params=["messages", "memory"])
def memory(request):
    return request.param == "memory"


@pytest.mark.parametrize("workers", [1, 3])
def test_a_served_cartpole_is_gymnasiums(tmp_path, memory, workers):
    with Served("CartPole-v1", "--listen", f"unix:{tmp_path}/s", "--workers", workers) as server:
        client = Client(server.address, lanes=5, memory=memory)
        assert client.env["name"] == "CartPole-v1" and client.env["action"]["n"] == 2
        assert client.env["max_episode_steps"] == 500 and client.lanes == 5 and (client.memory is not None) == memory
        client.reset(7)
        envs = [gymnasium.make("CartPole-v1") for _ in range(5)]
        rows = [env.reset(seed=lane_seed(7, i))[0] for i, env in enumerate(envs)]
        assert np.array_equal(client.observation, np.array(rows))
        rng = np.random.default_rng(0)
        ends = 0
        for _ in range(120):
            actions = rng.integers(0, 2, 5)
            client.step(actions)
            finals = iter(client.final_observation)
            for i, env in enumerate(envs):
                row, reward, terminated, truncated, _ = env.step(actions[i])
                assert (client.reward[i], client.terminated[i], client.truncated[i]) == (reward, terminated, truncated)
                assert client.game_ended[i] == terminated
                if terminated:
                    ends += 1
                    assert np.array_equal(next(finals), row)
                    row, _ = env.reset()
                assert np.array_equal(client.observation[i], row)
        assert ends > 10
        assert np.array_equal(client.observe(), client.observation)


def test_masks_and_the_clock(tmp_path, memory):
    with serve(tmp_path, "test/Masked-v0", "--workers", 2) as server:
        client = Client(server.address, lanes=3, memory=memory)
        assert client.env["masked"] and client.env["max_episode_steps"] == 3
        client.reset(0)
        assert client.legal.tolist() == [[1, 0]] * 3
        client.step([0, 0, 0])
        client.step([1, 1, 1])
        client.step([0, 0, 0])
        assert client.truncated.all() and client.game_ended.all() and not client.terminated.any()
        assert client.final_observation[:, 0].tolist() == [3] * 3 and client.observation[:, 0].tolist() == [0] * 3
        assert client.final_legal.tolist() == [[0, 1]] * 3 and client.legal.tolist() == [[1, 0]] * 3
        with pytest.raises(Refused, match="action 1 is not legal") as refused:
            client.step([0, 1, 0])
        assert refused.value.about["kind"] == "protocol" and refused.value.about["lane"] == 1


def test_what_is_seen_in_parts_and_chosen_together(tmp_path, memory):
    with serve(tmp_path, "test/Parts-v0", "--workers", 1) as server:
        client = Client(server.address, lanes=2, memory=memory)
        space, action = client.env["observation"], client.env["action"]
        assert space["shape"] == [13] and space["dtype"] == "float32" and (space["low"], space["high"]) == (-1, 2)
        assert space["parts"] == [{"name": "count", "offset": 0, "count": 6}, {"name": "inside/0", "offset": 6, "count": 4},
                                  {"name": "inside/1", "offset": 10, "count": 3}]
        assert action["n"] == 12 and action["names"][:3] == ["0,0,0", "0,0,1", "0,1,0"]
        client.reset(0)
        client.step([0, 11])
        assert client.reward.tolist() == [0, 121]
        assert client.observation[0].tolist() == [0, 1, 0, 0, 0, 0, *[0.25] * 4, 1, 0, 1]


def test_real_numbers_and_pictures(tmp_path, memory):
    with serve(tmp_path, "test/Reals-v0", "--workers", 1) as server:
        client = Client(server.address, lanes=2, memory=memory)
        assert client.env["observation"]["shape"] == [3, 6, 5] and client.env["observation"]["dtype"] == "uint8"
        assert client.env["action"] == {"low": [-1, -1, -5], "high": [1, 1, 5]}
        client.reset(0)
        client.step([[0.5, -1, 2], [0, 0, 0]])
        assert client.reward.tolist() == [190.5, 0]
        assert client.observation[1, :, 1, 2].tolist() == [1, 20, 30]
        assert client.draw(1).tolist() == np.full((2, 3, 3), 1).tolist()
        for wrong in (1.5, np.nan):
            other = Client(server.address, lanes=1)
            other.reset(0)
            with pytest.raises(Refused, match="outside the action space"):
                other.step([[0, wrong, 0]])


def test_arguments_wrappers_and_options(tmp_path):
    wrapper = 'environments.doubled:{"factor": 3}'
    with serve(tmp_path, "test/Counter-v0", "--kwargs", '{"length": 9}', "--wrapper", wrapper, "--lanes", 2) as server:
        client = Client(server.address, options={"length": 2})
        assert client.lanes == 2
        client.reset(0)
        client.step([0, 2])
        assert client.reward.tolist() == [15, 21]  # actions begin at 5
        client.step([0, 0])
        assert client.terminated.all()
        assert client.draw(0).shape == (2, 3, 3)
        with pytest.raises(Refused, match="unexpected keyword argument 'lenght'") as refused:
            Client(server.address, options={"lenght": 2})
        assert refused.value.about["kind"] == "usage"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_an_environment_throws_names_the_lane(tmp_path, workers):
    with serve(tmp_path, "test/Counter-v0", "--kwargs", '{"fail_at": 2}', "--workers", workers) as server:
        client = Client(server.address, lanes=3)
        client.reset(0)
        client.step([0, 0, 0])
        with pytest.raises(Refused, match="KeyError: 'level 7'") as refused:
            client.step([0, 0, 0])
        assert refused.value.about["kind"] == "environment" and refused.value.about["lane"] == 0
        with pytest.raises((EOFError, OSError)):
            client.ask(OBSERVE)
        Client(server.address, lanes=3).reset(0)  # others go on


def test_what_cannot_be_sent_is_refused(tmp_path):
    with serve(tmp_path, "test/Huge-v0") as server:
        with pytest.raises(Refused, match="are 90000 choices; at most 65536"):
            Client(server.address)


def test_every_connection_has_environments_of_its_own(tmp_path):
    with serve(tmp_path, "test/Counter-v0", "--max-connections", 2) as server:
        one, two = Client(server.address, lanes=1), Client(server.address, lanes=2)
        assert one.reset(1)[0, 1] == two.reset(1)[0, 1] != two.observation[1, 1]
        one.step([0])
        assert two.observe()[0, 0] == 0 and one.observe()[0, 0] == 1
        with pytest.raises(Refused, match="2 connections already"):
            Client(server.address)
        one.send(CLOSE)
        time.sleep(0.5)
        Client(server.address, lanes=1).reset(0)


def test_what_it_cannot_do_ends_nothing(tmp_path):
    with serve(tmp_path, "test/Counter-v0") as server:
        client = Client(server.address, lanes=1)
        assert client.welcome["can"] == ["draw"]
        client.reset(0)
        for kind, body in ((ORACLE, b""), (SAVE, b""), (LOAD, b"x" * 3_000_000)):
            with pytest.raises(Refused) as refused:
                client.ask(kind, body)
            assert refused.value.about["kind"] == "unsupported"
        client.step([0])


def refusal(connection):
    kind, body = connection.receive()
    assert kind == ERROR
    with pytest.raises((EOFError, OSError)):
        connection.receive()
    return json.loads(body)


def test_hostile_messages_end_the_connection_and_nothing_else(tmp_path):
    hello = json.dumps({"protocol": 1, "lanes": 1}).encode()
    first = [(HELLO, b"{", "not JSON"), (HELLO, b"[]", "not a JSON object"), (HELLO, b'{"protocol": 2}', "this server speaks 1"),
             (HELLO, b'{"protocol": 1, "lanes": -1}', "at least 0"), (HELLO, b'{"protocol": 1, "lanes": "x"}', "lanes is 'x'"),
             (HELLO, b'{"protocol": 1, "lanes": 100}', "up to 64"), (HELLO, b'{"protocol": 1, "options": []}', "options"),
             (HELLO, b"[" * 60_000, "not JSON"), (STEP, b"", "instead of HELLO"), (HELLO, b"\xff\xfe", "not JSON")]
    later = [(STEP, b"12345", "5 bytes, not 4"), (STEP, struct.pack("<i", 3), "outside the action space"), (RESET, b"", "not 8"),
             (STEP, struct.pack("<i", -1), "outside"), (DRAW, struct.pack("<I", 1), "no lane 1"), (77, b"", "of type 77"),
             (HELLO, hello, "of type 1")]
    with serve(tmp_path, "test/Counter-v0", "--max-lanes", 64) as server:
        for kind, body, why in first:
            connection = Connection(server.address)
            connection.send(kind, body)
            assert why in refusal(connection)["error"]
        for kind, body, why in later:
            connection = Client(server.address, lanes=1)
            connection.reset(0)
            connection.send(kind, body)
            assert why in refusal(connection)["error"]
        connection = Connection(server.address)
        connection.sock.sendall(struct.pack("<II", 0xFFFFFFFF, HELLO))
        assert "4294967295 bytes" in refusal(connection)["error"]
        connection = Client(server.address, lanes=1)
        connection.sock.sendall(struct.pack("<II", 1 << 31, LOAD))
        assert refusal(connection)["kind"] == "protocol"
        Connection(server.address).close()
        half = Connection(server.address)
        half.sock.sendall(struct.pack("<II", 100, HELLO)[:5])
        half.close()
        Client(server.address, lanes=1).reset(0)
        server.stop()
        assert "Traceback" not in server.errors


def test_a_silent_client_is_sent_away(tmp_path):
    with serve(tmp_path, "test/Counter-v0") as server:
        connection = Connection(server.address)
        began = time.monotonic()
        connection.sock.sendall(b"\x05")
        assert "no HELLO within 10 seconds" in refusal(connection)["error"]
        assert 9 < time.monotonic() - began < 15


def test_shared_memory_cannot_shrink_and_has_no_name(tmp_path):
    with serve(tmp_path, "test/Counter-v0") as server:
        client = Client(server.address, lanes=4, memory=True)
        about = client.welcome["memory"]
        assert all(offset % 64 == 0 for name, offset in about.items() if name != "size")
        for size in (0, about["size"] * 2):
            with pytest.raises(OSError):
                os.ftruncate(client.descriptor, size)
        assert "memfd:tengen (deleted)" in os.readlink(f"/proc/self/fd/{client.descriptor}")


def test_tcp_and_its_secret(tmp_path):
    secret = tmp_path / "token"
    secret.write_text("open sesame\n")
    with serve(tmp_path, "test/Counter-v0", "--token-file", secret, "--listen", "tcp:127.0.0.1:0") as server:
        client = Client(server.address, lanes=2, memory=True, token="open sesame")
        assert client.memory is None
        client.reset(0)
        client.step([0, 1])
        for wrong in ({}, {"token": "open"}, {"token": "öffne"}):
            with pytest.raises(Refused, match="token") as refused:
                Client(server.address, **wrong)
            assert refused.value.about["kind"] == "refused"


@pytest.mark.parametrize("arguments, why", [
    (["test/Countre-v0"], "Countre"),
    (["test/Counter-v0", "--listen", "tcp:0.0.0.0:0"], "--allow-remote and a token"),
    (["test/Counter-v0", "--listen", "tls:localhost:1"], "write unix:PATH or tcp:HOST:PORT"),
    (["test/Counter-v0", "--listen", "tcp:localhost:99999"], "write tcp:HOST:PORT"),
    (["test/Counter-v0", "--listen", f"unix:{HERE}/client.py"], "is no socket"),
    (["test/Counter-v0", "--kwargs", "[1]"], "write a JSON object"),
    (["test/Counter-v0", "--kwargs", "{"], "--kwargs {"),
    (["test/Counter-v0", "--wrapper", "environments.tripled"], "tripled"),
    (["test/Counter-v0", "--wrapper", "doubled"], "module.function"),
    (["test/Counter-v0", "--import", "no_such_module"], "cannot import no_such_module"),
    (["test/Counter-v0", "--lanes", "0"], "--lanes 0: at least 1"),
    (["test/Counter-v0", "--token-file", "/nowhere"], "--token-file"),
])
def test_wrong_command_lines_are_one_line_and_exit_code_2(tmp_path, arguments, why):
    done = subprocess.run([sys.executable, "-m", "tengen.serve", "--import", "environments", *arguments], cwd=tmp_path, text=True,
                          env={**os.environ, **OWN}, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2 and why in done.stderr and done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_place_that_is_taken_and_one_that_was_left(tmp_path):
    with serve(tmp_path, "test/Counter-v0"):
        with pytest.raises(AssertionError, match="another server listens"):
            serve(tmp_path, "test/Counter-v0").__enter__()
    left = socket.socket(socket.AF_UNIX)
    left.bind(f"{tmp_path}/s")
    left.close()
    with serve(tmp_path, "test/Counter-v0") as server:
        Client(server.address, lanes=1).reset(0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing_behind(tmp_path, number):
    with serve(tmp_path, "test/Counter-v0", "--workers", 3) as server:
        clients = [Client(server.address, lanes=6, memory=True) for _ in range(2)]
        for client in clients:
            client.reset(0)
        started = children(server.process.pid)
        assert len(started) == 2 * (1 + 3)
        assert server.stop(number) == 128 + number
        assert gone(started)
        assert not os.path.exists(f"{tmp_path}/s")
        with pytest.raises((EOFError, OSError)):
            clients[0].ask(OBSERVE)
        assert server.errors == ""


def test_a_killed_server_or_connection_leaves_no_process(tmp_path):
    with serve(tmp_path, "test/Counter-v0", "--workers", 3) as server:
        client = Client(server.address, lanes=6)
        started = children(server.process.pid)
        os.kill(started[0], signal.SIGKILL)
        assert gone(started[1:])
        with pytest.raises((EOFError, OSError)):
            client.ask(OBSERVE)
        Client(server.address, lanes=6).reset(0)
        started = children(server.process.pid)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        assert gone(started)


def test_a_client_that_leaves_takes_its_environments_along(tmp_path):
    with serve(tmp_path, "test/Counter-v0", "--workers", 2) as server:
        client = Client(server.address, lanes=4)
        client.reset(0)
        started = children(server.process.pid)
        client.close()
        assert gone(started[1:])


def test_our_own_environments_by_their_own_batches(tmp_path, memory):
    import tengen

    with Served("tengen/Othello-v0", "--listen", f"unix:{tmp_path}/s") as server:
        client = Client(server.address, lanes=3, memory=memory, options={"opponent": "rollouts", "rollouts": 3})
        assert client.env["masked"] and client.env["observation"]["dtype"] == "uint8"
        envs = tengen.VectorEnv("Othello-v0", 3, autoreset_mode="SameStep", opponent="rollouts", rollouts=3)
        envs.reset(seed=[lane_seed(2, i) for i in range(3)])
        client.reset(2)
        assert client.draw(1).shape == (480, 480, 3)
        ends = 0
        for _ in range(80):
            actions = np.argmax(client.legal, axis=1)
            client.step(actions)
            observation, reward, terminated, _, infos = envs.step(actions)
            assert np.array_equal(client.observation, observation) and np.array_equal(client.reward, reward)
            if terminated.any():
                ends += 1
                assert np.array_equal(client.final_observation, np.array(list(infos["final_obs"][terminated])))
        assert ends


def test_ales_own_batches(tmp_path, memory):
    pytest.importorskip("ale_py")
    with Served("ALE/Breakout-v5", "--listen", f"unix:{tmp_path}/s") as server:
        options = {"repeat_action_probability": 0.0, "episodic_life": True, "size": 42, "frame_skip": 3, "max_frames": 1500}
        client = Client(server.address, lanes=4, memory=memory, options=options)
        assert client.env["observation"]["shape"] == [42, 42] and client.env["max_episode_steps"] == 500
        assert client.env["action"]["names"] == ["NOOP", "FIRE", "RIGHT", "LEFT"] and client.env["steps_per_second"] == 20
        client.reset(1)
        ends, games, lengths, length = 0, 0, [], 0
        for step in range(500):
            client.step([step % 4] * 4)
            length += 1
            ends += client.terminated[0]
            games += client.game_ended[0]
            if client.ended[0]:
                lengths.append(length)
                length = 0
            assert client.final_observation.shape == (client.ended.sum(), 42, 42)
        assert ends >= 5 * games > 0
        assert client.draw(2).shape == (42, 42, 3)
        play = []
        for _ in range(2):
            other = Client(server.address, lanes=2)
            other.reset(3)
            for step in range(50):
                other.step([step % 4] * 2)
            play.append(other.observation.copy())
        assert np.array_equal(*play) and client.welcome["deterministic"]
        # Players that were trained on our games bring all of our options.
        Client(server.address, lanes=1, options={"random_start": 0, "randomise": False, "colour": "grayscale"})
        with pytest.raises(Refused, match="random_start = 5"):
            Client(server.address, lanes=1, options={"random_start": 5})


@pytest.mark.parametrize("name", ["ale-pong-ppo", "ale-breakout-ppo", "ale-kungfu-a2c-gru"])
def test_recipes_say_how_they_are_served_and_their_options_are_known(tmp_path, name):
    pytest.importorskip("ale_py")
    tomllib = pytest.importorskip("tomllib")
    with open(f"{HERE}/../../experiments/recipes/{name}.toml", "rb") as file:
        first, settings = file.readline().decode(), tomllib.load(file)
    command = first.partition("python -m tengen.serve ")[2].split()
    address = settings["env"].pop("id")
    assert command[1:] == ["--listen", address]
    with Served(command[0], "--listen", f"unix:{tmp_path}/s") as server:
        for options in (settings["env"], {**settings["env"], **settings.get("eval_env", {})}):
            client = Client(server.address, lanes=2, options=options)
            client.reset(0)
            client.step([0, 0])


def test_a_server_without_file_descriptors_left_goes_on(tmp_path):
    with serve(tmp_path, "test/Counter-v0") as server:
        usual = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, usual[1]))
        waiting = Connection(server.address)
        time.sleep(0.5)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, usual)
        waiting.send(HELLO, json.dumps({"protocol": 1, "lanes": 1}).encode())
        assert waiting.receive()[0] == 129
        server.stop()
        assert "no connection taken" in server.errors
