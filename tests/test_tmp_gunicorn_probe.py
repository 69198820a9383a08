import os, subprocess, sys, time, json, urllib.request, statistics, socketio
from uuid import UUID
def test_probe(fresh_database_urls, redis_url):
    env={**os.environ,"R":redis_url,"D":fresh_database_urls.application,"PYTHONPATH":"/work/main:/tmp/agentsdb"}
    p=subprocess.Popen(["/work/main/.venv/bin/gunicorn","-k","gthread","--threads","64","-b","127.0.0.1:18765","gwsgi:app","--log-level","warning"],cwd="/tmp/agentsdb",env=env)
    try:
        base="http://127.0.0.1:18765"
        def call(path, body=None, token=None):
            rq=urllib.request.Request(base+path, data=json.dumps(body).encode() if body else None, headers={"Content-Type":"application/json", **({"Authorization":"Bearer "+token} if token else {})})
            return json.load(urllib.request.urlopen(rq, timeout=10))
        for _ in range(60):
            try: urllib.request.urlopen(base+"/healthz",timeout=1); break
            except Exception: time.sleep(.5)
        t=call("/api/auth/register",{"email":"a@example.com","password":"long enough pw","first_name":"A"})["token"]
        clients=[]; lat=[]
        ids=[call("/api/agents",{"name":f"n{i}"},t)["agent"]["id"] for i in range(30)]
        for i in ids:
            c=socketio.Client(reconnection=False)
            c.on("incoming:call", lambda d: lat.append((time.time()-d["t"])*1000))
            c.connect(base, auth={"token":t}, transports=["websocket"])
            a=c.call("agent:join",{"agentId":i,"tenantId":None}); assert a["success"], a
            assert c.call("agent:status",{"agentId":i,"status":"available"})["success"]
            clients.append(c)
        from dialer.integrations.socketio_feed import SocketIoFeed
        f=SocketIoFeed(redis_url)
        for _ in range(10):
            for i in ids:
                f.to_agent(UUID(i),"incoming:call",{"t":time.time()}); time.sleep(0.01)
        time.sleep(1)
        lat.sort(); print("n",len(lat),"p50 %.1f p99 %.1f max %.1f ms"%(lat[len(lat)//2],lat[int(len(lat)*.99)],lat[-1]))
        print([l.strip() for l in open(f"/proc/{p.pid}/status") if "VmRSS" in l])
        time.sleep(12); print("still connected", sum(c.connected for c in clients))
        t0=time.time(); p.terminate(); p.wait(40); print("stop took", time.time()-t0)
        for c in clients: c.eio.disconnect(abort=True)
    finally:
        p.kill()
