"""ministack with patches for its few differences from AWS, so that a template runs unchanged.

Each of these is a fault of the emulator (1.5.33), not of the template. emulator.ts runs it as
    python emulator.py <port> <certificate> <key> <decisions>
It creates the certificate, writes each request to IAM with its decision to <decisions>, once each as one JSON object per
line, and ends with the process that started it.
"""

import asyncio
import datetime
import ipaddress
import json
import os
import signal
import sys
import threading
import time

from ministack.services.cloudformation import provisioners as p


def exclude_punctuation(real):
    """A template's GenerateSecretString: the emulator ignores ExcludePunctuation and similar options."""
    import random
    import string

    def secret_string(props):
        gen = props.get("GenerateSecretString")
        if not gen or props.get("SecretString") or gen.get("SecretStringTemplate"):
            return real(props)
        chars = ""
        for key, group in (
            ("ExcludeLowercase", string.ascii_lowercase),
            ("ExcludeUppercase", string.ascii_uppercase),
            ("ExcludeNumbers", string.digits),
            ("ExcludePunctuation", string.punctuation),
        ):
            if str(gen.get(key, "false")).lower() != "true":
                chars += group
        chars = [c for c in chars if c not in gen.get("ExcludeCharacters", "")]
        return "".join(random.SystemRandom().choices(chars, k=int(gen.get("PasswordLength", 32))))

    return secret_string


def ref_is_arn(handlers):
    """On AWS the Ref of a secret is its ARN; in the emulator it is the name, which no IAM policy matches."""
    name_of = lambda arn: arn.split(":secret:")[1].rsplit("-", 1)[0] if ":secret:" in arn else arn
    create, update, delete = (handlers[k] for k in ("create", "update", "delete"))

    def create_(logical_id, props, stack_name):
        _, attributes = create(logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def update_(physical_id, *rest, **named):
        _, attributes = update(name_of(physical_id), *rest, **named)
        return attributes["Arn"], attributes

    handlers.update(create=create_, update=update_, delete=lambda pid, props: delete(name_of(pid), props))


def metric_math(real):
    """The emulator refuses an alarm on an expression; patched, the alarm watches the expression's first metric instead."""

    def record(name, props):
        metrics = props.get("Metrics")
        if metrics:
            stat = next(m["MetricStat"] for m in metrics if "MetricStat" in m)
            props = {k: v for k, v in props.items() if k != "Metrics"} | {
                "Namespace": stat["Metric"]["Namespace"],
                "MetricName": stat["Metric"]["MetricName"],
                "Dimensions": stat["Metric"].get("Dimensions", []),
                "Period": stat["Period"],
                "Statistic": stat["Stat"],
            }
        return real(name, props)

    return record


def taken_as_it_is(attributes):
    """Resource types that the emulator does not know and no check inspects: an alarm that never rings, since there are no metrics, and a saved query."""

    def made(name):
        return name, attributes(name)

    return {
        "create": lambda logical_id, props, stack_name: made(f"{stack_name}-{logical_id}"),
        "update": lambda physical_id, old, new, stack_name: made(physical_id),
        "delete": lambda physical_id, props: None,
    }


def encryption_context(real):
    """A policy's conditions on kms:EncryptionContext:* find no such key in the emulator's requests."""

    def context(service, action, body, params):
        found = real(service, action, body, params)
        if service == "kms":
            try:
                pairs = json.loads(body or b"{}").get("EncryptionContext") or {}
            except ValueError:
                pairs = {}
            found = {**found, **{f"kms:EncryptionContext:{k}": v for k, v in pairs.items()}}
        return found

    return context


def batch_is_single(real):
    """SQS authorizes SendMessageBatch and the other batch actions by the action on one message."""

    def action(service, *rest):
        found = real(service, *rest)
        return found.removesuffix("Batch") if service == "sqs" and found else found

    return action


def log_group_arn(real):
    """In a policy a log group's ARN ends in `:*`, and a query names its groups in a list."""

    def resource(service, method, path, headers, body, query_params, region, account_id, *rest):
        found = real(service, method, path, headers, body, query_params, region, account_id, *rest)
        if service != "logs":
            return found
        try:
            names = json.loads(body or b"{}").get("logGroupNames") or []
        except ValueError:
            names = []
        if found == "*" and names:
            # All of them belong to one stack, whose policy names each.
            found = f"arn:aws:logs:{region}:{account_id}:log-group:{names[0]}"
        return f"{found}:*" if ":log-group:" in found and not found.endswith(":*") else found

    return resource


def bus_by_arn(real):
    """DescribeEventBus takes the ARN of a bus as well as its name."""

    def describe(data):
        name = data.get("Name", "default")
        return real({**data, "Name": name.rsplit("event-bus/", 1)[-1]})

    return describe


def described_bus_arn(real):
    """DescribeEventBus is authorized on the bus, and not on a rule with its name."""

    def resource(service, method, path, headers, body, *rest, **named):
        if service == "events" and headers.get("x-amz-target", "").endswith(".DescribeEventBus"):
            name = json.loads(body or b"{}").get("Name", "")
            if name.startswith("arn:"):
                return name
        return real(service, method, path, headers, body, *rest, **named)

    return resource


def write_decisions(evaluator, path):
    """What each role requested, and whether it was allowed: the role's and the resource's policies together."""
    asking = threading.local()
    lock = threading.Lock()
    seen = set()
    real_evaluate, real_enforce = evaluator.evaluate, evaluator.enforce

    def evaluate(ctx, *policies):
        # There are also checks outside any request.
        asking.principal = getattr(asking, "principal", None) or ctx.principal_arn
        return real_evaluate(ctx, *policies)

    def enforce(access_key, action, service, region, resource_arn="*", service_context=None):
        asking.principal = None
        refused = real_enforce(access_key, action, service, region, resource_arn, service_context)
        decision = (asking.principal, action, resource_arn, refused is None)
        with lock:
            # Requests by the account itself are not recorded.
            if asking.principal is not None and decision not in seen:
                seen.add(decision)
                with open(path, "a", encoding="utf-8") as file:
                    names = ("principal", "action", "resource", "allowed")
                    file.write(json.dumps(dict(zip(names, decision))) + "\n")
        return refused

    evaluator.evaluate, evaluator.enforce = evaluate, enforce


def make_certificate(certificate, key):
    """TLS, because the stack's policies refuse plain text and the emulator enforces them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "emulator")])
    names = ["localhost", "*.localhost", "*.execute-api.localhost", "*.lambda-url.us-east-1.on.aws"]
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=7))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(each) for each in names] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(private, hashes.SHA256())
    )
    with open(key, "wb") as file:
        file.write(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    with open(certificate, "wb") as file:
        file.write(made.public_bytes(serialization.Encoding.PEM))


def end_with_parent():
    """A killed rehearsal leaves nothing running: this process leads the process group of its functions."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def mend(decisions):
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import eventbridge

    write_decisions(iam_evaluator, decisions)
    iam_actions.extract_iam_action = batch_is_single(iam_actions.extract_iam_action)
    iam_actions.extract_resource_arn = log_group_arn(iam_actions.extract_resource_arn)
    iam_actions.extract_resource_arn = described_bus_arn(iam_actions.extract_resource_arn)
    eventbridge._describe_event_bus = bus_by_arn(eventbridge._describe_event_bus)
    iam_actions.request_tag_context = encryption_context(iam_actions.request_tag_context)
    p._sm_secret_string = exclude_punctuation(p._sm_secret_string)
    p._cw_metric_alarm_record = metric_math(p._cw_metric_alarm_record)
    ref_is_arn(p._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"])
    p._RESOURCE_HANDLERS.setdefault(
        "AWS::CloudWatch::CompositeAlarm",
        taken_as_it_is(lambda name: {"Arn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}"}),
    )
    p._RESOURCE_HANDLERS.setdefault("AWS::Logs::QueryDefinition", taken_as_it_is(lambda name: {"QueryDefinitionId": name}))


def main():
    port, certificate, key, decisions = sys.argv[1:]
    end_with_parent()
    make_certificate(certificate, key)
    mend(decisions)
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = certificate, key
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    asyncio.run(serve(app, config))


main()
