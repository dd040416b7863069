// A real OpenID provider at the paths that Telegram's has, with accounts that have a numeric `id`. Prints its
// address as one line of JSON, and ends with its standard input.
import { createServer } from "node:http";
import { once } from "node:events";
import Provider from "oidc-provider";

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = await crypto.subtle
  .generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const key = { ...(await crypto.subtle.exportKey("jwk", privateKey)), alg: "ES256", use: "sig", kid: "es" };

const provider = new Provider(issuer, {
  clients: [{
    client_id: process.env.CLIENT_ID,
    client_secret: process.env.CLIENT_SECRET,
    redirect_uris: process.env.REDIRECT_URIS.split(" "),
    token_endpoint_auth_method: "client_secret_post",
    id_token_signed_response_alg: "ES256",
  }],
  jwks: { keys: [key] },
  routes: { authorization: "/auth", token: "/token", jwks: "/.well-known/jwks.json" },
  claims: { openid: ["sub"], profile: ["id", "preferred_username", "name"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["a key for tests"] },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, id: Number(sub), preferred_username: `user${sub}`, name: `User ${sub}` }),
  }),
});
server.on("request", provider.callback());
console.log(JSON.stringify({ issuer }));

process.stdin.resume();
process.stdin.on("end", () => process.exit());
