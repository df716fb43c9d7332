"""The manufacturers' services as real HTTP servers on this machine, for training and tests.

They answer as reference manufacturer_services.md describes (comments name its sections; `guess` marks what no live
trace has shown) and verify what the real services verify: Hawk signatures, nonces and clocks, Bearer tokens, Basic.

Two tenants exist, so that a phone can belong to another account. All values are invented:

========================  =========================================  ===========================================
                          ours                                       other
========================  =========================================  ===========================================
SRAPS key_id, key_secret  ck_0000000000000000000000000000ca11        ck_00000000000000000000000000000b0b
                          simulated-sraps-secret-of-ours             simulated-sraps-secret-of-other
YMCS client_id, _secret   simulated-ymcs-ours                        simulated-ymcs-other
                          simulated-ymcs-secret-of-ours              simulated-ymcs-secret-of-other
XML-RPC user, password    ours (both vendors)                        other (both vendors)
                          simulated-password-of-ours                 simulated-password-of-other
========================  =========================================  ===========================================

Below the server's address: `/snom/api/v1/` SRAPS, `/snom/xmlrpc/` Snom's XML-RPC, `/yealink/` YMCS (which adds `v2/`),
`/yealink/xmlrpc` Yealink's XML-RPC; phones ask `/snom/phone/snomD785/snomD785.php?mac=…` and
`/yealink/phone/service.do?method=redirect&mac=…`.

For whoever directs the play: `POST /_faults` with `{"fault": …, "wire": …, "match": …, "times": …, "seconds": …,
"retry_after": …}` (see `faults.py`), `DELETE /_faults`, `POST /_switches` (see `state.Switches`),
`POST /_registrations` with `{"vendor", "tenant", "mac", "url"}`, `GET /_registrations`, `GET /_requests`; a request
with the header `X-Simulate-Fault: NAME` meets that fault alone.
"""
