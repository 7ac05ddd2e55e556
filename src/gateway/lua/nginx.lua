-- The rule in nginx: `check()` judges a call, `feed()` is how the agent beside nginx writes the facts. They are in shared
-- dictionaries, so every worker has them, also after a reload. After a restart they are empty, and calls are refused.
local ffi = require 'ffi'
local base = require 'resty.core.base'
-- Else LuaJIT finds the usual call too long to compile as a whole.
require('jit.opt').start('maxirconst=5000', 'maxsnap=2000')
local folder = debug.getinfo(1, 'S').source:match('^@(.*)/')
local tables = dofile(folder .. '/tables.lua')

-- Under names of our own: another module's declaration of the same function would be an error.
ffi.cdef [[
  struct apim_user_time { long seconds; long nanoseconds; };
  int apim_user_clock(int clock, struct apim_user_time *time) __asm__("clock_gettime");
  void *apim_user_context(void) __asm__("EVP_MD_CTX_new");
  void *apim_user_sha256(void) __asm__("EVP_sha256");
  void *apim_user_fetch(void *library, const char *name, const char *properties) __asm__("EVP_MD_fetch");
  int apim_user_start(void *context, const void *type, void *engine) __asm__("EVP_DigestInit_ex");
  int apim_user_add(void *context, const void *data, size_t size) __asm__("EVP_DigestUpdate");
  int apim_user_end(void *context, unsigned char *digest, unsigned int *size) __asm__("EVP_DigestFinal_ex");
  struct apim_user_address { unsigned short family; char path[108]; };
  int apim_user_socket(int family, int kind, int protocol) __asm__("socket");
  int apim_user_connect(int socket, const struct apim_user_address *address, unsigned int size) __asm__("connect");
  int apim_user_close(int file) __asm__("close");
]]
local C = ffi.C

-- An nginx that was killed leaves its socket behind, and the next one would not start. This runs before nginx binds.
local function removeDeadSocket(path)
  local UNIX, NONBLOCKING_STREAM, REFUSED = 1, 2049, 111
  local socket = C.apim_user_socket(UNIX, NONBLOCKING_STREAM, 0)
  local address = ffi.new('struct apim_user_address', { family = UNIX, path = path })
  local isDead = C.apim_user_connect(socket, address, ffi.sizeof(address)) ~= 0 and ffi.errno() == REFUSED
  C.apim_user_close(socket)
  if isDead then os.remove(path) end
end
if jit.os == 'Linux' then removeDeadSocket(folder .. '/feed.sock') end
local byte, char, find, format, gmatch, lower, sub =
  string.byte, string.char, string.find, string.format, string.gmatch, string.lower, string.sub
local floor, ceil, max = math.floor, math.ceil, math.max

local function dictionary(name)
  return ngx.shared['apim_user_' .. name] or error('nginx.conf has no lua_shared_dict apim_user_' .. name)
end
local facts, keys = dictionary('facts'), dictionary('keys')
local rates, counts = dictionary('rates'), dictionary('counts')

local CLOCK_MONOTONIC = 1
local time = ffi.new('struct apim_user_time')
-- Milliseconds. Does not jump, and the agent on this machine has the same.
local function clock()
  C.apim_user_clock(CLOCK_MONOTONIC, time)
  return tonumber(time.seconds) * 1000 + tonumber(time.nanoseconds) / 1000000
end

local digest, context = ffi.new('unsigned char[32]'), C.apim_user_context()
-- OpenSSL 3 looks an algorithm up at every use, unless it was fetched.
local isFetched, sha256 = pcall(function() return C.apim_user_fetch(nil, 'SHA256', nil) end)
if not isFetched then sha256 = C.apim_user_sha256() end

-- What this worker has read, until `.version` changes. `.` begins the names of our own entries in `facts`.
local version, keysVersion, catalog, generation, share, rank, stale = nil, nil, nil, nil, 1, 0, nil
local MAX_KEPT = 20000
local kept, keptCount, records, recordCount, keysAreLost

local function forget()
  kept = { exact = {}, lower = {}, apis = {}, above = {}, grants = {}, places = {}, scopes = {}, rates = {} }
  keptCount = 0
end
forget()
local function forgetRecords() records, recordCount = {}, 0 end
forgetRecords()

local function renew(newest)
  version, generation = newest, facts:get('.generation')
  share, rank, stale = facts:get('.of'), facts:get('.rank'), facts:get('.stale')
  if stale < 0 then stale = nil end
  local newKeys, newCatalog = facts:get('.keys'), facts:get('.catalog')
  if newKeys ~= keysVersion then
    keysVersion = newKeys
    forgetRecords()
  end
  if newCatalog ~= catalog then
    catalog = newCatalog
    forget()
  end
end

local LETTERS = { exact = 'e', lower = 'l', apis = 'a', above = 'b', grants = 'g' }
local KEYS = byte('k')

-- False for no entry, so that this is kept too.
local function fact(map, key)
  local known = kept[map][key]
  if known ~= nil then return known end
  if keptCount >= MAX_KEPT then forget() end
  local value, flags = facts:get(LETTERS[map] .. key)
  if value == nil or (flags or 0) < generation then value = false end
  kept[map][key], keptCount = value, keptCount + 1
  return value
end

local host = {}
host.find = fact
-- Most calls come with few of all keys: those are found here, instead of far apart in a large tree.
function host.record(hash, parsed)
  local known = records[hash]
  if known then return known end
  local text, flags = keys:get(hash)
  if not text or (flags or 0) < generation then
    keysAreLost = (keys:get('.generation') or 0) < generation
    return nil
  end
  if recordCount >= MAX_KEPT then forgetRecords() end
  known = parsed(text, format('%02x%02x%02x', byte(hash, 1, 3)))
  records[hash], recordCount = known, recordCount + 1
  return known
end
function host.grant(scope, token)
  local known = kept.scopes[scope]
  if not known then
    known = {}
    kept.scopes[scope] = known
  end
  local rate = known[token]
  if rate == nil then
    rate = fact('grants', scope .. '/' .. token)
    known[token] = rate
  end
  return rate
end
-- An API's path that may begin this one, and whether there are deeper ones. From the root down, so that no call is looked
-- up deeper than APIs are.
local function placeAt(prefix, above)
  local small = lower(prefix)
  local place = {
    token = fact('lower', small) or above and above.token,
    exact = fact('exact', prefix) or above and above.exact,
    isLast = not fact('above', small),
  }
  kept.places[prefix] = place
  return place
end
local function placeBelow(path, place, from)
  local stop = find(path, '/', from, true)
  while stop and not place.isLast do
    local prefix = sub(path, 1, stop)
    place = kept.places[prefix] or placeAt(prefix, place)
    stop = find(path, '/', stop + 1, true)
  end
  return place.token, place.exact
end
function host.tokens(path)
  local places = kept.places
  local root = places['/'] or placeAt('/')
  local first = find(path, '/', 2, true)
  if root.isLast or not first then return root.token, root.exact end
  local place = places[sub(path, 1, first)]
  if place and not place.isLast then
    local second = find(path, '/', first + 1, true)
    if not second then return place.token, place.exact end
    place = places[sub(path, 1, second)]
  end
  if place and place.isLast then return place.token, place.exact end
  return placeBelow(path, root, 2)
end
local PLAIN_PATH = [[^(?:/[A-Za-z0-9_.~!$&'()*+,:@=-]*[A-Za-z0-9_~!$&'()*+,:@=-])*/?$]]
function host.isPlain(path) return path ~= '' and ngx.re.find(path, PLAIN_PATH, 'jo') ~= nil end
function host.hash(_, text)
  C.apim_user_start(context, sha256, nil)
  C.apim_user_add(context, text, #text)
  C.apim_user_end(context, digest, nil)
  return ffi.string(digest, 32)
end
function host.now() return ngx.now() * 1000 end

local function headerInTable(name)
  -- Not by its index, which takes `_` for `-`.
  local value = rawget(ngx.req.get_headers(0), lower(name))
  if type(value) == 'table' then return value[1], true end
  return value, false
end
-- By default nginx drops headers with a dot or an underscore in their name, but keeps their bytes; in HTTP/2 not even those.
local function headerInBytes(name)
  local isRead, bytes = pcall(ngx.req.raw_header, true)
  if not isRead then return headerInTable(name) end
  local value, count, wanted = nil, 0, lower(name)
  for key, text in gmatch(bytes, '([^\r\n:]+):[ \t]*([^\r\n]*)') do
    if lower(key) == wanted then value, count = value or text, count + 1 end
  end
  return value, count > 1
end
-- Without a table of all headers: takes the header away, and sees how many are left.
local C_count = pcall(function() return C.ngx_http_lua_ffi_req_get_headers_count end)
local isCut = ffi.new('int[1]')
local variables = setmetatable({}, {
  __index = function(known, name)
    known[name] = not find(name, '[_.]') and 'http_' .. lower(name):gsub('-', '_')
    return known[name]
  end,
})
function host.header(_, name)
  local variable = variables[name]
  if not variable then return headerInBytes(name) end
  if not C_count then return headerInTable(name) end
  local value = ngx.var[variable]
  if not value then return nil, false end
  local request = base.get_request()
  local before = C.ngx_http_lua_ffi_req_get_headers_count(request, 0, isCut)
  ngx.req.clear_header(name)
  local gone = before - C.ngx_http_lua_ffi_req_get_headers_count(request, 0, isCut)
  -- Not this header, but one that has the same variable.
  if gone == 0 then return nil, false end
  return value, gone > 1
end

local mayCall = dofile(folder .. '/may-call.lua')(host, tables)
-- One is enough: a worker judges a call without a pause.
local call = { keyHeader = tables.keyHeader }

local function refuse(name)
  local answer = tables.answers[name]
  ngx.status = answer.status
  for _, header in ipairs(answer.headers) do ngx.header[header[1]] = mayCall.words(header[2], call) end
  if answer.status == 403 or answer.status == 429 then ngx.header['X-Refusal-Reason'] = answer.code end
  if stale and name ~= 'unavailable' then ngx.header['X-Gateway-Stale'] = stale end
  local body = mayCall.words(answer.body, call)
  ngx.header['Content-Length'] = #body
  ngx.print(body)
  return ngx.exit(ngx.HTTP_OK)
end

-- Adds one to a number without ever pushing another entry out. Nil: there is no memory.
local function addFirst(dict, key, ttl)
  local isAdded, problem = dict:safe_add(key, 1, ttl)
  if isAdded then return 1 end
  if problem == 'no memory' then
    dict:flush_expired(1000)
    if dict:safe_add(key, 1, ttl) then return 1 end
  end
  return dict:incr(key, 1)
end
local function addOne(dict, key, ttl) return dict:incr(key, 1) or addFirst(dict, key, ttl) end

-- Calls of this worker by outcome, token and counter, until they are written: as pages, because one entry for each would cost
-- more than the rule itself.
local counted, countedRows, pages, isExiting = {}, 0, {}, false
local MAX_ROWS, PAGE_BYTES, MAX_PAGES = 20000, 3800, 500
-- A worker writes when the agent is going to ask, and at the latest after ten seconds.
local LOOK_SECONDS, MAX_LOOKS = 0.05, 200
local writtenPages, writer, asked, looks = 0, nil, nil, 0

local function writePages()
  while pages[1] do
    local page = pages[#pages]
    if not writer then writer = ngx.worker.pid() .. '-' .. ngx.now() .. '-' end
    if not counts:safe_add(writer .. writtenPages, page.text) then break end
    writtenPages = writtenPages + 1
    pages[#pages] = nil
  end
  while #pages > MAX_PAGES do facts:incr('.uncounted', table.remove(pages).calls) end
end

local function writeCounts()
  local lines, size, calls = {}, 0, 0
  local function endPage()
    if size > 0 then pages[#pages + 1] = { text = table.concat(lines), calls = calls } end
    lines, size, calls = {}, 0, 0
  end
  for outcome, byToken in pairs(counted) do
    for token, byCounter in pairs(byToken) do
      for counter, number in pairs(byCounter) do
        local line = counter .. '/' .. token .. '/' .. outcome .. ' ' .. number .. '\n'
        if size + #line > PAGE_BYTES then endPage() end
        lines[#lines + 1], size, calls = line, size + #line, calls + number
      end
    end
  end
  endPage()
  counted, countedRows = {}, 0
  writePages()
end

local function addRow(outcome)
  local byToken = counted[outcome] or {}
  local byCounter = byToken[call.token] or {}
  counted[outcome], byToken[call.token] = byToken, byCounter
  byCounter[call.counter] = (byCounter[call.counter] or 0) + 1
  countedRows = countedRows + 1
  if countedRows >= MAX_ROWS or isExiting then writeCounts() end
end

local function count(outcome)
  local byToken = counted[outcome]
  local byCounter = byToken and byToken[call.token]
  local calls = byCounter and byCounter[call.counter]
  if not calls then return addRow(outcome) end
  byCounter[call.counter] = calls + 1
end

-- Whether a call passes in this window: nil for yes, else the answer.
local MARGIN_SECONDS = 60
local function overRate(text)
  local rate = kept.rates[text]
  if not rate then
    local calls, seconds = text:match('^(%d+)/(%d+)$')
    rate = { floor((tonumber(calls) + rank) / share), tonumber(seconds) }
    kept.rates[text] = rate
  end
  local now, seconds = ngx.now(), rate[2]
  local window = floor(now / seconds)
  local calls = addOne(rates, call.tag .. '/' .. window, seconds + MARGIN_SECONDS)
  if not calls then
    facts:incr('.unmetered', 1)
    return 'unavailable'
  end
  if calls == 1 then facts:incr('.windows', 1) end
  local most, wait = rate[1], ceil((window + 1) * seconds - now)
  local header = ngx.header
  header['RateLimit'] = '"rate";r=' .. max(0, most - calls) .. ';t=' .. wait
  header['RateLimit-Policy'] = '"rate";q=' .. most .. ';w=' .. seconds
  if calls <= most then return nil end
  call.retryAfter = wait
  return 'rate_limited'
end

local function pass()
  local request = ngx.req
  request.clear_header(call.keyHeader)
  if call.keyHeader ~= tables.keyHeader then request.clear_header(tables.keyHeader) end
  request.set_header('X-Account-Id', call.account)
  request.set_header('X-Subscription-Id', call.subscription)
  request.set_header('X-Product-Id', call.product)
  request.set_header('X-Groups', call.groups)
  request.clear_header('X-Groups-Cut')
  request.clear_header('X-Gateway-Stale')
  if call.isCut then request.set_header('X-Groups-Cut', 'true') end
  if stale then request.set_header('X-Gateway-Stale', stale) end
  -- An internal redirect comes here again, without the key.
  ngx.var.apim_user_passed = '1'
end

local M = {}

function M.check()
  if ngx.req.is_internal() and ngx.var.apim_user_passed == '1' then return end
  local alive = facts:get('.alive')
  if not alive or clock() >= alive then return refuse('unavailable') end
  local newest = facts:get('.version')
  if newest ~= version then renew(newest) end
  keysAreLost = false
  mayCall.judge(call, ngx.var.request_uri)
  if keysAreLost then return refuse('unavailable') end
  local answer = call.answer
  if answer then
    count(call.outcome)
    return refuse(answer)
  end
  local limited = call.rate and overRate(call.rate)
  if limited == 'unavailable' then return refuse(limited) end
  count(limited or 'passed')
  if limited then return refuse(limited) end
  return pass()
end

-- In each worker, once.
function M.start()
  ngx.timer.every(LOOK_SECONDS, function(isPremature)
    isExiting = isPremature
    looks = looks + 1
    local newest = facts:get('.asked')
    if newest == asked and looks < MAX_LOOKS and not isExiting then return end
    asked, looks = newest, 0
    if countedRows > 0 or pages[1] then writeCounts() end
  end)
end

-- What the agent asks for. Each gives its answer, or nil, a status and a text.
local verbs = {}
local OTHER = 'this nginx was restarted, or another agent feeds it'

-- Only ever replaces numbers that are there, and so never needs memory.
local function changed(what)
  facts:incr(what, 1)
  facts:incr('.version', 1)
end

-- The agent that began to load last is the one that feeds this nginx.
local function isFeeder(load) return load ~= nil and load == facts:get('.loading') end

local function full(name, dict) return nil, 507, 'apim_user_' .. name .. ' ' .. dict:capacity() end

local FIRST = {
  loads = os.time(), loading = 0, generation = 0, version = 0, keys = 0, catalog = 0, alive = 0, of = 1, rank = 0, stale = -1,
  uncounted = 0, unmetered = 0, windows = 0, asked = 0,
}
-- Gives the number of this load, and that of the last whole one: 0 for none.
function verbs.begin()
  for name, value in pairs(FIRST) do
    local _, problem = facts:safe_add('.' .. name, value)
    if problem == 'no memory' then return full('facts', facts) end
  end
  -- Loads count from the time, so that no number comes again after a restart.
  local load = facts:incr('.loads', 1)
  facts:safe_set('.loading', load)
  return load .. ' ' .. facts:get('.generation')
end

-- Each entry: a letter for the map, two bytes for the length of the key, two for that of the value (65535: the entry goes).
local function nextEntry(body, at)
  local letter, keyHigh, keyLow, high, low = byte(body, at, at + 4)
  local keyEnd, size = at + 4 + keyHigh * 256 + keyLow, high * 256 + low
  local key = sub(body, at + 5, keyEnd)
  local isKey, value, next = letter == KEYS, nil, keyEnd + 1
  if size ~= 65535 then
    value, next = sub(body, keyEnd + 1, keyEnd + size), keyEnd + size + 1
  end
  return next, isKey and keys or facts, isKey and key or char(letter) .. key, value
end

-- A worker sees what it has read before only after `changed`, so each fact has one: they arrive in order.
function verbs.entries(body, args)
  local load = tonumber(args.load)
  if not isFeeder(load) then return nil, 409, OTHER end
  local at, dict, key, value = 1, nil, nil, nil
  -- Until then calls are refused, or no entry differs.
  local isWhole = load == facts:get('.generation')
  while at <= #body do
    at, dict, key, value = nextEntry(body, at)
    if not value then dict:delete(key)
    elseif not dict:safe_set(key, value, 0, load) then return full(dict == keys and 'keys' or 'facts', dict) end
    if isWhole then changed(dict == keys and '.keys' or '.catalog') end
  end
  return 'ok'
end

-- Takes entries that are there already into this load. Gives the places of the others, from 0.
function verbs.same(body, args)
  local load = tonumber(args.load)
  if not isFeeder(load) then return nil, 409, OTHER end
  local at, place, others, dict, key, value = 1, 0, {}, nil, nil, nil
  while at <= #body do
    at, dict, key, value = nextEntry(body, at)
    if dict:get(key) == value then dict:safe_set(key, value, 0, load)
    else others[#others + 1] = place end
    place = place + 1
  end
  return table.concat(others, ' ')
end

function verbs.silence(_, args)
  if not isFeeder(tonumber(args.load)) then return nil, 409, OTHER end
  facts:safe_set('.alive', 0)
  return 'ok'
end

-- From now on only what is in this load is there.
function verbs.commit(_, args)
  local load = tonumber(args.load)
  if not isFeeder(load) then return nil, 409, OTHER end
  if not keys:safe_set('.generation', load) then return full('keys', keys) end
  facts:safe_set('.generation', load)
  facts:incr('.keys', 1)
  changed('.catalog')
  return 'ok'
end

-- Frees some entries of former loads. They have not been used for the longest time, so they come first.
local SWEPT = 2000
function verbs.sweep(_, args)
  local load = tonumber(args.load)
  if not isFeeder(load) then return nil, 409, OTHER end
  local swept = 0
  for _, dict in ipairs({ keys, facts }) do
    for _, key in ipairs(dict:get_keys(SWEPT)) do
      local value, flags = dict:get(key)
      if type(value) == 'string' and (flags or 0) < load then
        dict:delete(key)
        swept = swept + 1
      end
    end
  end
  return swept
end

local MAX_CLOCK_DIFFERENCE = 5000
function verbs.lease(_, args)
  local load = tonumber(args.load)
  if not isFeeder(load) or load ~= facts:get('.generation') or load ~= keys:get('.generation') then return nil, 409, OTHER end
  if math.abs(clock() - tonumber(args.sent)) > MAX_CLOCK_DIFFERENCE then
    return nil, 409, 'the agent and nginx must run on one machine: their clocks differ'
  end
  local isNew = false
  for _, name in ipairs({ 'stale', 'of', 'rank' }) do
    local value = tonumber(args[name])
    if facts:get('.' .. name) ~= value then
      facts:safe_set('.' .. name, value)
      isNew = true
    end
  end
  if isNew then changed('.catalog') end
  facts:safe_set('.alive', tonumber(args.ends))
  return facts:get('.uncounted') .. ' ' .. facts:get('.unmetered') .. ' ' .. facts:get('.windows')
end

-- Each worker writes what it has counted within some hundredths of a second.
function verbs.count() return facts:incr('.asked', 1) or 0 end

-- The pages of counted calls that are there, each after its name.
function verbs.drain()
  local texts = {}
  for _, name in ipairs(counts:get_keys(0)) do
    texts[#texts + 1] = '#' .. name .. '\n' .. (counts:get(name) or '')
  end
  return table.concat(texts)
end

-- The agent has the pages that the body names. Gives how many of them were here.
function verbs.drained(body)
  local deleted = 0
  for name in body:gmatch('%S+') do
    if counts:get(name) then deleted = deleted + 1 end
    counts:delete(name)
  end
  return deleted
end

function M.feed()
  ngx.req.read_body()
  local verb = verbs[sub(ngx.var.uri, 2)]
  if not verb then return ngx.exit(ngx.HTTP_NOT_FOUND) end
  local body = ngx.req.get_body_data()
  if not body and ngx.req.get_body_file() then
    ngx.status = 413
    return ngx.print('client_body_buffer_size is too small')
  end
  local answer, status, problem = verb(body or '', ngx.req.get_uri_args())
  if not answer then
    ngx.status = status
    answer = problem
  end
  ngx.print(answer)
end

return M
