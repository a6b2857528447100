/**
 * What all scripts begin with. The one key that a script is given is the head of the view; those that it makes from it
 * begin with the same hash tag, so they are in the same slot.
 *
 * A rank is compared byte by byte: `<` of Lua asks the locale of the server. Rows are `{ key, time, rank, field, value, …}`.
 */
export const library = `
local head = KEYS[1]
local rankField = 'millrace_rank'

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- A part is the lineage itself, or '<lineage>/<domain>' where a group has spread it.
local function history(part)
  return head .. ':lineage:' .. part
end

local function stages(part)
  return head .. ':stages:' .. part
end

local function parts(lineage)
  return head .. ':parts:' .. lineage
end

-- Where it is noted how far a part is: of a whole lineage with the view that it owns, else with the part.
local function progressOf(lineage, part)
  return part == lineage and redis.call('HGET', head, 'lineage') == lineage and head or history(part)
end

local function chunk(stage, number)
  return head .. ':stage:' .. stage .. ':' .. number
end

local function row(generation, key)
  return head .. ':' .. generation .. ':' .. key
end

local function times(generation)
  return head .. ':' .. generation .. ':times'
end

local function rankOf(generation, key)
  return redis.call('HGET', row(generation, key), rankField)
end

-- A null is a field that is not there, so what was there before goes first. A call of Lua takes only so many arguments.
local function put(generation, values)
  local key = row(generation, values[1])
  redis.call('UNLINK', key)
  redis.call('HSET', key, rankField, values[3], unpack(values, 4, math.min(#values, 2003)))
  for i = 2004, #values, 2000 do redis.call('HSET', key, unpack(values, i, math.min(#values, i + 1999))) end
  redis.call('ZADD', times(generation), values[2], values[1])
end

local function remove(generation, key)
  redis.call('UNLINK', row(generation, key))
  redis.call('ZREM', times(generation), key)
end

local function isOvertaken(part, epoch)
  return tonumber(redis.call('HGET', history(part), 'epoch') or '-1') > tonumber(epoch)
end

-- A holder is '<lineage> <id of 36 characters>'.
local function isHeld(lineage)
  for _, holder in ipairs(redis.call('ZRANGEBYSCORE', head .. ':holders', now(), '+inf')) do
    if string.sub(holder, 1, -38) == lineage then return true end
  end
  return false
end

local function dropStage(part, stage, chunks)
  for number = 0, chunks - 1 do redis.call('UNLINK', chunk(stage, number)) end
  redis.call('HDEL', stages(part), stage)
end
`;
