"""The built-in test gateway's entry."""

from app.registry.spec import GatewaySpec, Method, Spec, mark

__all__ = ["SANDBOX"]

SANDBOX = Spec(
    "sandbox",
    "Sandbox",
    "Payments",
    (),
    GatewaySpec(
        adapter="sandbox:SandboxGateway",
        display_name="Sandbox",
        methods=(
            Method(
                "test",
                mark("Test payment"),
                mark("No real money: you decide how it ends"),
                acts_alone=True,
            ),
        ),
        creates_at="api",
        is_builtin=True,
        reasons={
            "Declined by the sandbox": mark("Declined by the sandbox"),
            "the sandbox did not answer (scenario)": mark("The sandbox did not answer (scenario)"),
        },
    ),
)
