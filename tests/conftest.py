"""For every test: nothing of the user's own settings reaches it, and CI lets no server be missing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", derandomize=False, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
"""The suite is the same each time, so that red means a change broke it; new examples are looked for by the campaigns
(`HYPOTHESIS_PROFILE=search`)."""


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test may read or write the home of whoever runs it."""
    monkeypatch.setenv("OMNITUI_HOME", str(tmp_path_factory.getbasetemp() / "home"))
    for name in [name for name in os.environ if name.startswith("OMNITUI_PASS") or name == "CREDENTIALS_DIRECTORY"]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """The command line narrows the umask of its process; a test that runs it within must not narrow it for the rest."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a test that skips because a server is missing has failed: nobody would notice otherwise."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and item.get_closest_marker("servers"):
        report.outcome = "failed"
        report.longrepr = f"CI has every server: {report.longrepr}"
    return report
