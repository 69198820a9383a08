-- Generic cell rate algorithm with a burst of one: reserve the next free start of an account.
-- KEYS[1]: when the account may start its next call, in microseconds of Redis' own clock.
-- ARGV[1]: microseconds between two starts. ARGV[2]: the longest wait that is accepted, in microseconds.
-- Answers the wait in microseconds, or -1 if it would be longer; then nothing is reserved.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local free_at = tonumber(redis.call('GET', KEYS[1]) or now)
if free_at < now then free_at = now end
local wait = free_at - now
if wait > tonumber(ARGV[2]) then return -1 end
local next_free = free_at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', next_free), 'PX', math.ceil((next_free - now) / 1000) + 1000)
return wait
