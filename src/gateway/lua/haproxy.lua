-- Judges in HAProxy the calls that its configuration does not let pass at once. The maps are files beside this one.
--
-- `http-request lua.may_call` sets, all in `txn`: `status` (200: it passes), `outcome`, `reason` (for X-Refusal-Reason),
-- `body`, `challenge`, `retry_after`; `subscription_tag` and `token` to count by; `account`, `subscription`, `product`,
-- `groups`, `groups_cut`; `rate` (`calls/seconds`). All are texts, '' for none. When the call passes, its key is gone.
local folder = debug.getinfo(1, 'S').source:match('^@(.*)/')
local tables = dofile(folder .. '/tables.lua')

local function map(name, kind) return Map.new(folder .. '/' .. name .. '.map', kind or Map._str) end
local maps = { keys = map('keys'), apis = map('apis'), above = map('above'), grants = map('grants') }
local changes, exact, small = map('changes'), map('exact', Map._beg), map('lower', Map._beg)

local host = {}
function host.find(name, key)
  if name ~= 'keys' then return maps[name]:lookup(key) end
  local changed = changes:lookup(key)
  if changed == 'gone' then return nil end
  return changed or maps.keys:lookup(key)
end
function host.grant(scope, token) return maps.grants:lookup(scope .. '/' .. token) end
function host.tokens(path) return small:lookup(string.lower(path)), exact:lookup(path) end
function host.hash(call, text) return string.lower(call.txn.c:hex(call.txn.c:sha2(text, 256))) end
function host.header(call, name)
  local values = call.headers[string.lower(name)]
  if not values then return nil, false end
  return values[0], values[1] ~= nil
end
function host.now(call) return tonumber(call.txn.f:date(0, 'ms')) end

local mayCall = dofile(folder .. '/may-call.lua')(host, tables)

-- HAProxy may pause one call in the middle for another, so each has a table of its own.
core.register_action('may_call', { 'http-req' }, function(txn)
  local call = mayCall.judge({ txn = txn, headers = txn.http:req_get_headers() }, txn.f:pathq() or '')
  local answer = tables.answers[call.answer]
  local function set(name, value) txn:set_var('txn.' .. name, value or '') end
  set('outcome', call.outcome)
  set('status', answer and tostring(answer.status) or '200')
  set('reason', answer and answer.status == 403 and answer.code)
  set('body', answer and mayCall.words(answer.body, call))
  set('challenge', answer and answer.challenge and mayCall.words(answer.challenge, call))
  set('retry_after', call.retryAfter and tostring(call.retryAfter))
  set('subscription_tag', call.tag)
  set('token', call.token)
  if not answer then
    set('account', call.account)
    set('subscription', call.subscription)
    set('product', call.product)
    set('groups', call.groups)
    set('groups_cut', call.isCut and 'true')
    set('rate', call.rate)
    txn.http:req_del_header(call.keyHeader)
  end
end, 0)
