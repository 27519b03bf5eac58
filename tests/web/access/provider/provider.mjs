// The provider that tests sign in with: oauth2-mock-server on loopback, which says what it is told on its standard input.
// A line there is {"claims": {…}, "how": "honest" | "unsigned" | "tampered" | "foreign" | "hmac" | "refuses", "newKey": bool}.
import { createHmac, generateKeyPairSync, sign, webcrypto } from "node:crypto";
import { createInterface } from "node:readline";
import { OAuth2Server } from "oauth2-mock-server";

globalThis.crypto ??= webcrypto; // Node.js 18 has it, only not where it is looked for

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
server.issuer.url = `http://127.0.0.1:${server.address().port}`;

const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part) => JSON.parse(Buffer.from(part, "base64url"));
let claims = {}, how = "honest";

const FORGED = {
  unsigned: (header, payload) => `${encoded({ ...header, alg: "none" })}.${encoded(payload)}.`,
  tampered: (header, payload, signature) => `${encoded(header)}.${encoded({ ...payload, sub: "somebody-else" })}.${signature}`,
  foreign: (header, payload) => {
    const said = `${encoded(header)}.${encoded(payload)}`;
    return `${said}.${sign("RSA-SHA256", Buffer.from(said), foreign).toString("base64url")}`;
  },
  hmac: (header, payload) => {
    const said = `${encoded({ ...header, alg: "HS256" })}.${encoded(payload)}`;
    const known = JSON.stringify(server.issuer.keys.toJSON()[0]);
    return `${said}.${createHmac("sha256", known).update(said).digest("base64url")}`;
  },
};

server.service.on("beforeTokenSigning", (token) => {
  for (const [name, value] of Object.entries(claims)) {
    if (value === null) delete token.payload[name];
    else token.payload[name] = value;
  }
});
server.service.on("beforeResponse", (response) => {
  if (how === "refuses") {
    response.statusCode = 400;
    response.body = { error: "invalid_grant" };
  } else if (how !== "honest") {
    const [header, payload, signature] = response.body.id_token.split(".");
    response.body.id_token = FORGED[how](decoded(header), decoded(payload), signature);
  }
});

console.log(server.issuer.url);
for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  claims = told.claims ?? {};
  how = told.how ?? "honest";
  if (told.newKey) {
    const old = server.issuer.keys.toJSON().map((key) => key.kid);
    await server.issuer.keys.generate("RS256");
    for (const kid of old) server.issuer.keys.get(kid); // to the end of the row: the new one signs next
  }
  console.log("ok");
}
await server.stop();
