// Prints a configuration of nginx that lets calls pass by the rule in Lua.
import { join } from 'node:path';

export type NginxConfigOptions = {
  /** Where the Lua files are, and the socket. */
  folder: string;
  /** Keys that fit into the memory. */
  keys: number;
  listen?: string;
  upstream?: string;
};

const MEGABYTE = 1_024 * 1_024;
/** With room for some groups of an account. Memory that holds nothing is not used. */
const KEY_BYTES = 640;
const COUNTER_BYTES = 160;
const FACTS_MEGABYTES = 16;
const megabytes = (bytes: number) => Math.max(4, Math.ceil(bytes / MEGABYTE));

/** nginx.lua has the name too. */
export const nginxSocket = (folder: string): string => join(folder, 'feed.sock');

/** As nginx and Lua read it. */
const quoted = (text: string): string => JSON.stringify(text);

export function nginxConfig({
  folder,
  keys,
  listen = '8080',
  upstream = '127.0.0.1:9000',
}: NginxConfigOptions): string {
  const counters = megabytes(keys * COUNTER_BYTES);
  return `# A gateway that decides by itself whether a call may pass. The agent beside it feeds it: npm run gateway -- nginx
# Without the agent it answers 503 after two seconds.
#
# This is a whole nginx.conf, to try it: nginx -c <this file>. If you have an nginx.conf, copy the part between the two
# lines of === into its http block, and one of the locations at the end.
#
# Needs nginx with Lua. On Debian: apt-get install nginx-light libnginx-mod-http-lua

# Where Debian says which modules it loads.
include /etc/nginx/modules-enabled/*.conf;
# Elsewhere, before anything else:
# load_module modules/ndk_http_module.so;
# load_module modules/ngx_http_lua_module.so;

worker_processes auto;
error_log stderr warn;
pid ${quoted(join(folder, 'nginx.pid'))};

events {
  worker_connections 4096;
}

http {
  access_log off;

  # ================================================================================================================
  # Memory for ${keys.toLocaleString('en')} keys. When it is full, the agent says so and how much it needs. To change a size, reload nginx:
  # calls get 503 until the agent has filled it again.
  lua_shared_dict apim_user_keys ${megabytes(keys * KEY_BYTES)}m;
  lua_shared_dict apim_user_facts ${FACTS_MEGABYTES}m;
  lua_shared_dict apim_user_rates ${counters}m;
  lua_shared_dict apim_user_counts ${counters}m;

  # There can be only one of each block. If you have one, add the line to it.
  init_by_lua_block {
    apim_user = dofile(${quoted(join(folder, 'nginx.lua'))})
  }
  init_worker_by_lua_block {
    apim_user.start()
  }

  # The agent's way in. Who can open this socket decides which calls pass: the folder must be closed to others (mode 700).
  server {
    listen ${quoted(`unix:${nginxSocket(folder)}`)};
    access_log off;
    client_max_body_size 64m;
    client_body_buffer_size 64m;
    set $apim_user_passed "";
    location / {
      content_by_lua_block { apim_user.feed() }
    }
  }
  # ================================================================================================================

  # Your API.
  upstream my_api {
    server ${upstream};
    keepalive 32;
  }

  server {
    listen ${listen};

    # Protects everything below. To protect only some paths, move this line into their locations.
    access_by_lua_block { apim_user.check() }

    location / {
      # Your API gets X-Account-Id, X-Subscription-Id, X-Product-Id and X-Groups, never those of a client, and not the key.
      # Without a path after the host, so that it gets the address that was judged.
      proxy_pass http://my_api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }

    # A path without a key:
    # location = /health {
    #   access_by_lua_block { }
    #   proxy_pass http://my_api;
    # }
  }
}
`;
}
