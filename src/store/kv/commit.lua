-- Compares one string and, if it is what was expected, does the listed parts and then the swap.
--
-- KEYS  1 the string, 2… the key of each part
-- ARGV  1 'is' or 'absent', 2 the expected bytes, 3 'set' or 'remove', 4 the new bytes, 5 its life in seconds
--       or '0', then three for each part: command, first operand, second operand
-- Answers 1 if it happened, 0 if something else was there.

local PART = {
  SETNX = function(key, value) redis.call('SETNX', key, value) end,
  REPLACE = function(key, expected, new)
    if redis.call('GET', key) == expected then redis.call('SET', key, new) end
  end,
  ZADD = function(key, score, member) redis.call('ZADD', key, score, member) end,
}

-- A script keeps what it wrote before it failed, so what may fail is asked for first: a key of another type.
local ASKED = {
  REPLACE = 'GET', ZADD = 'ZCARD',
}

local there = redis.call('GET', KEYS[1])
local expected = ARGV[1] == 'is' and ARGV[2]
if there ~= expected then return 0 end

for place = 2, #KEYS do
  local asked = ASKED[ARGV[3 * place]]
  if asked then redis.call(asked, KEYS[place]) end
end

for place = 2, #KEYS do
  PART[ARGV[3 * place]](KEYS[place], ARGV[3 * place + 1], ARGV[3 * place + 2])
end
if ARGV[3] == 'remove' then
  redis.call('DEL', KEYS[1])
elseif ARGV[5] == '0' then
  redis.call('SET', KEYS[1], ARGV[4])
else
  redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[5])
end
return 1
