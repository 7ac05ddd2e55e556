-- Judges in HAProxy the calls that its configuration does not let pass at once. The maps are files beside this one, and
-- haproxy/maps.ts says what is in them.
local folder = debug.getinfo(1, 'S').source:match('^@(.*)/')
local tables = dofile(folder .. '/tables.lua')

local function map(name, kind) return Map.new(folder .. '/' .. name .. '.map', kind or Map._str) end
local maps = { keys = map('keys'), apis = map('apis'), above = map('above'), grants = map('grants') }
local changes, exact, small = map('changes', Map._beg), map('exact', Map._beg), map('lower', Map._beg)

local host = {}
function host.find(name, key)
  if name ~= 'keys' then return maps[name]:lookup(key) end
  -- In this order: a change moves from the first to the second.
  local changed = changes:lookup(key)
  if changed == 'gone' then return nil end
  if changed ~= '-' then return changed end
  return maps.keys:lookup(key)
end
function host.grant(scope, token) return maps.grants:lookup(scope .. '/' .. token) end
function host.tokens(path) return small:lookup(string.lower(path)), exact:lookup(path) end
function host.hash(call, text) return string.sub(call.txn.c:hex(call.txn.c:sha2(text, 256)), 1, 32) end
function host.mark(hash) return string.sub(hash, 1, 6) end
function host.header(call, name)
  local values = call.headers[string.lower(name)]
  if not values then return nil, false end
  return values[0], values[1] ~= nil
end
function host.now(call) return tonumber(call.txn.f:date(0, 'ms')) end

local mayCall = dofile(folder .. '/may-call.lua')(host, tables)

local function pass(http, call)
  http:req_del_header(call.keyHeader)
  http:req_set_header('X-Account-Id', call.account)
  http:req_set_header('X-Subscription-Id', call.subscription)
  http:req_set_header('X-Product-Id', call.product)
  http:req_set_header('X-Groups', call.groups)
  http:req_del_header('X-Groups-Cut')
  if call.isCut then http:req_set_header('X-Groups-Cut', 'true') end
end

-- Sets `apim_answer`, the name of an answer, if the call is refused; `apim_rate`: `calls/seconds`, or `-`; `apim_token`; and
-- last, by what the call is counted: `apim_counter`. HAProxy may pause one call in the middle for another, so each has its
-- own table.
core.register_action('apim_user_judge', { 'http-req' }, function(txn)
  local call = { txn = txn, headers = txn.http:req_get_headers() }
  mayCall.judge(call, txn.f:pathq() or '')
  if not call.answer then pass(txn.http, call) end
  txn:set_priv({ keyHeader = call.keyHeader, retryAfter = call.retryAfter })
  txn:set_var('txn.apim_token', call.token)
  txn:set_var('txn.apim_rate', call.rate or '-')
  if call.answer then txn:set_var('txn.apim_answer', call.answer) end
  txn:set_var('txn.apim_counter', call.counter .. '/' .. call.token .. '/' .. call.outcome)
end, 0)

-- Answers a call by `apim_answer`. When that is `rate_limited`, a window has `apim_most` calls in `apim_seconds`.
core.register_action('apim_user_refuse', { 'http-req' }, function(txn)
  local name = txn:get_var('txn.apim_answer')
  local answer = tables.answers[name]
  local call = txn:get_priv() or { keyHeader = tables.keyHeader }
  local headers = {}
  if name == 'rate_limited' then
    local seconds = tonumber(txn:get_var('txn.apim_seconds'))
    local wait = seconds - txn:get_var('txn.apim_now') // 1000 % seconds
    call.retryAfter = wait
    headers.RateLimit = { '"rate";r=0;t=' .. wait }
    headers['RateLimit-Policy'] =
      { '"rate";q=' .. txn:get_var('txn.apim_most') .. ';w=' .. seconds }
  end
  if answer.status == 403 or answer.status == 429 then headers['X-Refusal-Reason'] = { answer.code } end
  local stale = string.match(maps.apis:lookup('.moment') or '', '|(.*)')
  if stale then headers['X-Gateway-Stale'] = { stale } end
  local body = mayCall.words(answer.body, call)
  for _, header in ipairs(answer.headers) do headers[header[1]] = { mayCall.words(header[2], call) } end
  headers['Content-Length'] = { tostring(#body) }
  txn:done(txn:reply({ status = answer.status, headers = headers, body = body }))
end, 0)
