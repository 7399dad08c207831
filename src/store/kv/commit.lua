-- Compares one string and, if it is what was expected, does the listed writes and then the swap.
--
-- KEYS  1 the string, 2… the key of each write
-- ARGV  1 'is' or 'absent', 2 the expected bytes, 3 'set' or 'remove', 4 the new bytes, 5 its life in seconds
--       or '0', then three for each write: command, first operand, second operand
-- Answers 1 if it happened, 0 if something else was there.

local CARDINALITY = {
  ZADD = 'ZCARD', ZREM = 'ZCARD', ZREMRANGEBYSCORE = 'ZCARD', SADD = 'SCARD', SREM = 'SCARD',
}

local function set(key, value, life)
  if life == '0' then
    redis.call('SET', key, value)
  else
    redis.call('SET', key, value, 'EX', life)
  end
end

local WRITE = {
  SET = set,
  SETNX = function(key, value) redis.call('SETNX', key, value) end,
  DEL = function(key) redis.call('DEL', key) end,
  ZADD = function(key, score, member) redis.call('ZADD', key, score, member) end,
  ZREM = function(key, member) redis.call('ZREM', key, member) end,
  ZREMRANGEBYSCORE = function(key, through) redis.call('ZREMRANGEBYSCORE', key, '-inf', through) end,
  SADD = function(key, member) redis.call('SADD', key, member) end,
  SREM = function(key, member) redis.call('SREM', key, member) end,
}

local there = redis.call('GET', KEYS[1])
local expected = ARGV[1] == 'is' and ARGV[2]
if there ~= expected then return 0 end

-- A script keeps what it wrote before it failed, so what may fail is asked for first: a collection of
-- another type, unless this very commit replaces it.
local replaced = {}
for place = 2, #KEYS do
  local key, command = KEYS[place], ARGV[3 * place]
  if CARDINALITY[command] and not replaced[key] then redis.call(CARDINALITY[command], key) end
  if command == 'DEL' then replaced[key] = true end
end

for place = 2, #KEYS do
  WRITE[ARGV[3 * place]](KEYS[place], ARGV[3 * place + 1], ARGV[3 * place + 2])
end
if ARGV[3] == 'set' then
  set(KEYS[1], ARGV[4], ARGV[5])
else
  redis.call('DEL', KEYS[1])
end
return 1
