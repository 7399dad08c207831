-- Appends one entry to a timeline: says what `record::append::decide` says, asking in the same order.
--
-- KEYS  1 head, 2 entry, 3 index of segments, 4 gateways, 5 segment n, 6 segment n+1,
--       7… the set of each row that is written with the entry
-- ARGV  1 n, 2 now, 3 entry id, 4 digest, 5 members version or '', 6 kind, 7 author or '-',
--       8 '1' if it takes an ordinal, 9 longest life of an attempt, 10 most entries in a segment, 11 body,
--       12… for each of those rows 'stamp', 'entry', or the stamp of another entry
-- Answers {'none'}, {'corrupt', index of the key}, {'conflict'}, {'late'}, {'pending'}, {'stale'},
--       {'moved', segment}, or {'placed' or 'duplicate', stamp, prev, ordinal, epoch, members version,
--       segment, {gateways}}
--
-- Numbers are kept as the text they were read as; what is computed goes through %.0f, because Lua would
-- spell a stamp as 1.7637e+15.

local GREATEST = 9007199254740991

local function whole(field)
  return field and string.match(field, '^%d+$') and #field <= 16 and tonumber(field) <= GREATEST
end

local function name(field)
  return field and #field <= 64 and string.match(field, '^[%w_-]+$')
end

local function text(number)
  return string.format('%.0f', number)
end

-- The fields of a value, each checked by the letter at its place in `shape`, and where the line ends.
local CHECKS = {
  v = function(field) return field == '1' end,
  n = whole,
  i = name,
  e = function(field) return name(field) and field ~= '-' end,
  w = function(field) return field ~= nil end,
}

local function decode(value, shape)
  local line_end = string.find(value, '\n', 1, true)
  if not line_end then return nil end
  local fields = {}
  for field in string.gmatch(string.sub(value, 1, line_end - 1), '%S+') do
    fields[#fields + 1] = field
  end
  for place = 1, #shape do
    if not CHECKS[string.sub(shape, place, place)](fields[place]) then return nil end
  end
  return fields, line_end
end

-- Head: version epoch last ordinal last_id segment size members_version floor first_segment floor_ordinal
-- drop_from drop_middle change_last change_segment change_size change_count, then the pending operation.
local HEAD = 'vennin' .. string.rep('n', 11)
local EPOCH, LAST, ORDINAL, LAST_ID, SEGMENT, SIZE, MEMBERS_VERSION = 2, 3, 4, 5, 6, 7, 8
-- Entry: version stamp prev ordinal revision digest kind author retracted prev_id, then the body.
local ENTRY = 'vnnnnwwini'
local ENTRY_DIGEST = 6

local raw = redis.call('GET', KEYS[1])
if not raw then return { 'none' } end
local head, head_end = decode(raw, HEAD)
if not head then return { 'corrupt', 1 } end

local stored = redis.call('GET', KEYS[2])
if stored then
  local entry = decode(stored, ENTRY)
  if not entry then return { 'corrupt', 2 } end
  if entry[ENTRY_DIGEST] ~= ARGV[4] then return { 'conflict' } end
  return { 'duplicate', entry[2], entry[3], entry[4], head[EPOCH], head[MEMBERS_VERSION], head[SEGMENT],
    redis.call('SMEMBERS', KEYS[4]) }
end

local time = redis.call('TIME')
local now = tonumber(ARGV[2])
if tonumber(time[1]) * 1000000 + tonumber(time[2]) - now > tonumber(ARGV[9]) then return { 'late' } end
if head_end < #raw then return { 'pending' } end
if ARGV[5] ~= '' and tonumber(ARGV[5]) ~= tonumber(head[MEMBERS_VERSION]) then return { 'stale' } end
if tonumber(ARGV[1]) ~= tonumber(head[SEGMENT]) then return { 'moved', head[SEGMENT] } end

local segment, size, rows = tonumber(head[SEGMENT]), tonumber(head[SIZE]), KEYS[5]
if size >= tonumber(ARGV[10]) then
  segment, size, rows = segment + 1, 0, KEYS[6]
end
size = size + 1

local stamp = text(math.min(math.max(now, tonumber(head[LAST]) + 1), GREATEST))
local prev, prev_id = head[LAST], head[LAST_ID]
if ARGV[8] == '1' then head[ORDINAL] = text(tonumber(head[ORDINAL]) + 1) end
head[LAST], head[LAST_ID], head[SEGMENT], head[SIZE] = stamp, ARGV[3], text(segment), text(size)

-- A script keeps what it wrote before it failed, so whatever may fail is asked for first: every collection
-- must be of the right type.
local gateways = redis.call('SMEMBERS', KEYS[4])
for _, key in ipairs({ KEYS[3], rows, unpack(KEYS, 7) }) do redis.call('ZCARD', key) end

local line = table.concat({ '1', stamp, prev, head[ORDINAL], '0', ARGV[4], ARGV[6], ARGV[7], '0', prev_id }, ' ')
redis.call('SET', KEYS[2], line .. '\n' .. ARGV[11])
for place = 7, #KEYS do
  local what = ARGV[place + 5]
  if what == 'stamp' then
    redis.call('ZADD', KEYS[place], stamp, stamp)
  elseif what == 'entry' then
    redis.call('ZADD', KEYS[place], stamp, ARGV[3])
  else
    redis.call('ZADD', KEYS[place], what, what)
  end
end
if size == 1 then redis.call('ZADD', KEYS[3], stamp, head[SEGMENT]) end
redis.call('ZADD', rows, stamp, ARGV[3])
redis.call('SET', KEYS[1], table.concat(head, ' ', 1, #HEAD) .. '\n')

return { 'placed', stamp, prev, head[ORDINAL], head[EPOCH], head[MEMBERS_VERSION], head[SEGMENT], gateways }
