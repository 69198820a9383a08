-- All that decides who is next. What waited or stayed for too long is forgotten first, and so is what seems to lie in
-- the future: somebody has set the clock back.
-- KEYS: names of lines in which somebody waits, when each was served last, spacings by account, places.
-- ARGV: what keys begin with, microseconds that a planned call lives, microseconds that a place is kept.
-- Answers {line, how many wait, served at, 1 if slow, …}, {place, microseconds held, …},
-- {account, microseconds until its next start, spacing, …}.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local prefix = ARGV[1]
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('%.0f', now - ARGV[3]))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - 600000000))
for _, key in ipairs({KEYS[2], KEYS[4]}) do
  redis.call('ZREMRANGEBYSCORE', key, string.format('%.0f', now + 1000000), '+inf')
end
local lines, places, starts, seen = {}, {}, {}, {}
for _, line in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local key = prefix .. 'line:' .. line
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - ARGV[2]))
  local waiting = redis.call('ZCARD', key)
  if waiting == 0 then
    redis.call('SREM', KEYS[1], line)
  else
    table.insert(lines, line)
    table.insert(lines, waiting)
    table.insert(lines, redis.call('ZSCORE', KEYS[2], line) or '0')
    table.insert(lines, redis.call('EXISTS', prefix .. 'slow:' .. line))
    local account = string.match(line, '^[^|]*')
    if not seen[account] then
      seen[account] = true
      local free_at = tonumber(redis.call('GET', prefix .. account) or '0')
      local spacing = redis.call('HGET', KEYS[3], account) or '1000000'
      table.insert(starts, account)
      local wait = free_at - now
      if wait > tonumber(spacing) + 1000000 then wait = 0 end
      table.insert(starts, string.format('%.0f', wait))
      table.insert(starts, spacing)
    end
  end
end
local held = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
for i = 1, #held, 2 do
  table.insert(places, held[i])
  table.insert(places, string.format('%.0f', now - held[i + 1]))
end
return {lines, places, starts}
