-- Whether a call may pass: the rule of domain/may-call.ts, call-path.ts and gateway/check-request.ts, for gateways that run
-- Lua (LuaJIT in nginx, 5.3 and 5.4 in HAProxy). A test compares them. The facts are those of gateway/pushed/carrier.ts.
--
-- The host gives `find(map, key)` (for keys instead `record(hash, parsed)`, to keep what was parsed), `grant(scope, token)`,
-- `mark(hash)` (its first six digits), `tokens(path)` (what the longest path of an API that begins this one has in `lower` and in `exact`), `hash(call, text)`,
-- `header(call, name)` (its value, and whether there are more) and `now(call)`, in milliseconds since 1970; maybe a faster
-- `isPlain(path)`. Paths begin and end with a slash.
--
-- What the usual call needs has no loop, pattern, table or new function: LuaJIT then compiles it as a whole.
local byte, find, gmatch, gsub, lower, match, sub, char, format, floor, ceil =
  string.byte, string.find, string.gmatch, string.gsub, string.lower, string.match, string.sub, string.char,
  string.format, math.floor, math.ceil

local SLASH, DOT, BANG, SPACE, TAB, P = byte('/'), byte('.'), byte('!'), byte(' '), byte('\t'), byte('p')
local PLAIN = "A-Za-z0-9_.~!$&'()*+,:@=-"
local NOT_PLAIN, NOT_PLAIN_PATH = '[^' .. PLAIN .. ']', '[^/' .. PLAIN .. ']'
-- An address that is still encoded after this many decodings was made to deceive.
local MAX_DECODINGS = 3

local function isPlain(path)
  if byte(path) ~= SLASH or byte(path, -1) == DOT or find(path, NOT_PLAIN_PATH) then return false end
  return not find(path, '//', 1, true) and not find(path, './', 1, true)
end

local function field(text, at)
  local stop = find(text, '|', at, true)
  return sub(text, at, stop - 1), stop + 1
end

-- A record of `keys`, whose fields gateway/pushed/record.ts has. Calls with it are counted under its tag and its mark.
local function parsed(text, mark)
  local record, at = {}, 1
  record.why, at = field(text, at)
  record.from, at = field(text, at)
  record.till, at = field(text, at)
  record.scope, at = field(text, at)
  record.tag, at = field(text, at)
  record.subscription, at = field(text, at)
  record.product, at = field(text, at)
  record.account, at = field(text, at)
  record.groups, at = field(text, at)
  record.rate, at = field(text, at)
  record.starts, at = field(text, at)
  record.quotaEnds, at = field(text, at)
  record.from, record.till = tonumber(record.from), tonumber(record.till)
  record.starts, record.quotaEnds = tonumber(record.starts), tonumber(record.quotaEnds)
  local bar = find(text, '|', at, true)
  record.isCut = sub(text, at, bar and bar - 1) == '1'
  record.ends = bar and tonumber(sub(text, bar + 1)) or record.till
  record.counter = record.tag .. '.' .. mark
  return record
end

-- While a product opens or closes an API, the two maps have its token with and without the mark for a moment.
local function isSameApi(one, other)
  if not other then return false end
  return gsub(one, '^!', '') == gsub(other, '^!', '')
end

local function isBlank(one) return one == SPACE or one == TAB end

-- Loops and not patterns: a pattern that searches an end from each place takes a second for thousands of characters.
local function withoutBlanks(text)
  local from, to = 1, #text
  while isBlank(byte(text, from)) do from = from + 1 end
  while to > from and isBlank(byte(text, to)) do to = to - 1 end
  return sub(text, from, to)
end
local function lastBeforeSlashes(path)
  local stop = #path
  while stop > 1 and byte(path, stop) == SLASH do stop = stop - 1 end
  return stop
end

local fromHex = function(digits) return char(tonumber(digits, 16)) end

-- Whether all of it is UTF-8 without control characters.
local function isText(text)
  local at, length = 1, #text
  while at <= length do
    local first = byte(text, at)
    local more, code = 0, first
    if first >= 0xC2 and first <= 0xDF then more, code = 1, first - 0xC0
    elseif first >= 0xE0 and first <= 0xEF then more, code = 2, first - 0xE0
    elseif first >= 0xF0 and first <= 0xF4 then more, code = 3, first - 0xF0
    elseif first >= 0x80 then return false end
    for next = at + 1, at + more do
      local follower = byte(text, next)
      if not follower or follower < 0x80 or follower > 0xBF then return false end
      code = code * 64 + follower - 0x80
    end
    local isOverlong = (more == 2 and code < 0x800) or (more == 3 and code < 0x10000)
    local isSurrogate = code >= 0xD800 and code <= 0xDFFF
    if code < 32 or (code >= 0x7F and code <= 0x9F) then return false end
    if isOverlong or isSurrogate or code > 0x10FFFF then return false end
    at = at + more + 1
  end
  return true
end

local function decoded(text)
  local rest = gsub(text, '%%%x%x', '')
  if find(rest, '%', 1, true) then return nil end
  text = gsub(text, '%%(%x%x)', fromHex)
  return isText(text) and text or nil
end

-- Of a query: `+` is a space, and what is no encoding stays.
local function formDecoded(text) return (gsub(gsub(text, '+', ' '), '%%(%x%x)', fromHex)) end

-- The value of a parameter as URLSearchParams reads it, and whether it is there more than once.
local function parameter(query, name)
  local value, count = nil, 0
  for pair in gmatch(gsub(query, '^%?', ''), '[^&]+') do
    local key, text = match(pair, '^([^=]*)=?(.*)$')
    if formDecoded(key) == name then
      count = count + 1
      value = value or formDecoded(text)
    end
  end
  return value, count > 1
end

-- Of seconds, as Azure writes it: `05:03:23`, and `5.03:23:11` from one day on.
local function timeSpan(seconds)
  local days = floor(seconds / 86400)
  local time = format('%02d:%02d:%02d', floor(seconds / 3600) % 24, floor(seconds / 60) % 60, seconds % 60)
  return days > 0 and format('%d.%s', days, time) or time
end

return function(host, tables)
  local folds, keyHeader, keyQuery = tables.folds, tables.keyHeader, tables.keyQuery
  local isPlain = host.isPlain or isPlain
  local recordOf = host.record or function(hash)
    local text = host.find('keys', hash)
    return text and parsed(text, host.mark(hash))
  end

  -- Whether a segment leads to another folder, as some program may read it.
  local function moves(text)
    text = gsub(gsub(text, '[\194-\244][\128-\191]+', folds), '\\', '/')
    for segment in gmatch(text .. '/', '([^/]*)/') do
      local dots = match(segment, '^[.%s]*')
      local isEnd = #dots == #segment or find(segment, '^[;?#]', #dots + 1)
      if isEnd and find(dots, '.', 1, true) then return true end
    end
    return false
  end

  local function staysInPlace(path)
    local text = path
    for turn = 0, MAX_DECODINGS do
      if moves(text) then return false end
      if turn > 0 and not find(text, '%%%x%x') then return true end
      text = decoded(text)
      if not text then return false end
    end
    return false
  end

  -- The path's plain part, and whether that is all of it. Nil when programs can read it in more than one way.
  local function plainPart(path)
    if isPlain(path) then return byte(path, -1) == SLASH and path or path .. '/', true end
    if byte(path) ~= SLASH or find(path, '[^\33-\126]') or find(path, '#', 1, true) or not staysInPlace(path) then
      return nil
    end
    local stop = lastBeforeSlashes(path)
    if stop == 1 then return '/', true end
    local whole, at = sub(path, 1, stop) .. '/', 1
    for segment in gmatch(sub(whole, 2), '([^/]*)/') do
      if segment == '' or find(segment, NOT_PLAIN) or byte(segment, -1) == DOT then return sub(whole, 1, at), false end
      at = at + #segment + 1
    end
    return whole, true
  end

  -- The key that the call carries; else nil, and the fault if there is one.
  local function keyOf(call, query)
    local key, isTwice = host.header(call, call.keyHeader)
    if isTwice then return nil, 'header_twice' end
    if key and key ~= '' then
      -- Some programs leave tabs around a value.
      if isBlank(byte(key)) or isBlank(byte(key, -1)) then key = withoutBlanks(key) end
      if key ~= '' then return key end
    end
    if not query then return nil end
    key, isTwice = parameter(query, call.keyQuery)
    if isTwice then return nil, 'key_twice' end
    if key == '' then return nil end
    return key
  end

  local function ends(call, outcome, answer)
    call.outcome, call.answer = outcome, answer
    return call
  end

  local function passesOpen(call, open)
    call.tag, call.counter, call.subscription, call.account, call.groups, call.isCut = '', '', '', '', '', false
    call.product = open
    return ends(call, 'passed', nil)
  end

  -- Why a record's key does not pass; nil when it does, and then the rate that its scope has at this API.
  local function refusal(call, record)
    if record.why ~= 'ok' then return record.why end
    local now = host.now(call)
    if record.till <= now then return record.ends <= now and 'subscription_expired' or 'key_expired' end
    if record.starts > now then return 'subscription_not_started' end
    local token, scope = call.token, record.scope
    local rate = token ~= '' and host.grant(scope, token) or nil
    if not rate then
      if byte(scope) == P and not host.find('grants', scope) then return 'product_not_published' end
      return token == '' and 'api_unknown' or 'api_not_covered'
    end
    if record.from <= now then return nil, rate end
    call.retryAfter = ceil((record.quotaEnds - now) / 1000)
    return 'quota_exceeded'
  end

  local function judgeRecord(call, record, open)
    local because, rate = refusal(call, record)
    if because and open ~= '' and because ~= 'account_blocked' and because ~= 'account_pending' then
      return passesOpen(call, open)
    end
    call.tag, call.counter, call.subscription = record.tag, record.counter, record.subscription
    call.product, call.account = record.product, record.account
    if because then return ends(call, because, because) end
    call.groups, call.isCut = record.groups, record.isCut
    if record.rate ~= '' then rate = record.rate end
    call.rate = rate ~= '-' and rate or nil
    return ends(call, 'passed', nil)
  end

  -- Finds the API by the address. Gives the fault, if there is one, and the product that opens the API, or ''.
  local function findApi(call, path)
    local plain, isWhole = plainPart(path)
    if not plain then return 'address_unreadable' end
    if not isWhole and host.find('above', lower(plain)) then return 'address_ambiguous' end
    local token, exact = host.tokens(plain)
    if exact and exact ~= token and not isSameApi(exact, token) then return 'address_ambiguous' end
    if not token then return nil, '' end
    call.token = token
    if byte(token) ~= BANG then return nil, '' end
    local open, query, header = match(host.find('apis', token) or '|||', '^[^|]*|([^|]*)|([^|]*)|(.*)$')
    if header ~= '' then call.keyHeader = header end
    if query ~= '' then call.keyQuery = query end
    return nil, open
  end

  -- Fills `call`: `outcome` as calls are counted; `answer` (nil: it passes) names one of tables.answers; `token` of the
  -- API, `tag` of the subscription, `counter` (that tag, and after a dot the mark of its key), and ids, '' for none; `keyHeader` where the key is; `rate`: `calls/seconds`, nil for
  -- none; `retryAfter` in seconds for a used-up quota.
  local function judge(call, uri)
    call.token, call.tag, call.counter, call.subscription, call.product, call.account = '', '', '', '', '', ''
    call.keyHeader, call.keyQuery, call.rate, call.retryAfter = keyHeader, keyQuery, nil, nil
    if #uri > tables.maxUriLength then return ends(call, 'unreadable', 'too_much') end
    local mark = find(uri, '?', 1, true)
    local fault, open = findApi(call, mark and sub(uri, 1, mark - 1) or uri)
    if fault then return ends(call, 'unreadable', fault) end
    local key
    key, fault = keyOf(call, mark and sub(uri, mark + 1))
    if fault then
      call.token = ''
      return ends(call, 'unreadable', fault)
    end
    local record = key and recordOf(host.hash(call, key), parsed)
    if record then return judgeRecord(call, record, open) end
    if open ~= '' then return passesOpen(call, open) end
    return ends(call, 'no_key', 'no_key')
  end

  -- A header's value or a body of the answer, with what belongs to this call.
  local function words(text, call)
    text = gsub(text, '{header}', call.keyHeader)
    if call.retryAfter then
      text = gsub(gsub(text, '{seconds}', tostring(call.retryAfter)), '{time}', timeSpan(call.retryAfter))
    end
    return text
  end

  return { judge = judge, words = words }
end
