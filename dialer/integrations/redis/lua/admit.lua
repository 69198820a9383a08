-- Take the first call out of each named line, in this order, if its account may start one now: that start is reserved
-- (generic cell rate algorithm) and the call gets a place.
-- KEYS: names of lines in which somebody waits, when each was served last, spacings by account, places, "wanted".
-- ARGV: what keys begin with, microseconds by which a start may come early because the one before came late, 1 if
-- somebody else waits for a place, then the lines. Answers {line, call, …}.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local prefix, catch_up = ARGV[1], tonumber(ARGV[2])
local admitted = {}
for i = 4, #ARGV do
  local line = ARGV[i]
  local account = string.match(line, '^[^|]*')
  local spacing = tonumber(redis.call('HGET', KEYS[3], account) or '1000000')
  local free_at = tonumber(redis.call('GET', prefix .. account) or '0')
  if free_at <= now or free_at > now + spacing + 1000000 then
    local first = redis.call('ZPOPMIN', prefix .. 'line:' .. line)
    if first[1] then
      local next_free = math.min(now, math.max(free_at, now - catch_up)) + spacing
      local life = math.max(1, math.ceil((next_free - now) / 1000)) + 1000
      redis.call('SET', prefix .. account, string.format('%.0f', next_free), 'PX', life)
      redis.call('ZADD', KEYS[4], string.format('%.0f', now), line .. '|' .. first[1])
      redis.call('ZADD', KEYS[2], string.format('%.0f', now + i), line)
      table.insert(admitted, line)
      table.insert(admitted, first[1])
    else
      redis.call('SREM', KEYS[1], line)
    end
  end
end
if ARGV[3] == '1' then redis.call('SET', KEYS[5], '1', 'PX', 2000) end
return admitted
