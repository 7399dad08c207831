-- Does several writes of one slot in their order.
--
-- KEYS  the key of each write
-- ARGV  for each write: its command, how many operands follow, the operands after the key
-- Answers 1.

local at = 1
for place = 1, #KEYS do
  local command, operands = ARGV[at], tonumber(ARGV[at + 1])
  redis.call(command, KEYS[place], unpack(ARGV, at + 2, at + 1 + operands))
  at = at + 2 + operands
end
return 1
