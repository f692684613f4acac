"""Writes ``data/*``: one aorto-iliac tree as VTK's own writers put it (needs ``pip install vtk``).

The lines run from the inlet to each outlet, as VMTK's do, in LPS coordinates, with the radius in
``MaximumInscribedSphereRadius``. The tests use the files and recompute ``lines()``.
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).with_name("data")


def lines():
    """Three lines in LPS mm: aorta to either iliac, and aorta to the left renal artery."""
    z = np.linspace(200.0, 0.0, 101)
    aorta = np.stack([3.0 * np.sin(z / 50), 8.0 * np.cos(z / 90), z], 1)
    aorta_r = 8.5 + z / 100
    out = []
    for side in (1.0, -1.0):
        t = np.linspace(0.0, 1.0, 51)[1:]
        leg = aorta[-1] + np.stack([side * 55 * t**0.8, 10 * t, -110 * t], 1)
        out.append((np.vstack([aorta, leg]), np.concatenate([aorta_r, 5.2 - 1.2 * t])))
    t = np.linspace(0.0, 1.0, 31)[1:]
    at = 55
    renal = aorta[at] + np.stack([60 * t, 12 * np.sin(3 * t), -9 * t], 1)
    radius = np.where(60 * t < aorta_r[at], aorta_r[at] * (1 - t) + 3 * t, 3.0 - 0.4 * t)
    out.append((np.vstack([aorta[: at + 1], renal]), np.concatenate([aorta_r[: at + 1], radius])))
    return out


def polydata(vtk):
    points, cells, radius = vtk.vtkPoints(), vtk.vtkCellArray(), vtk.vtkDoubleArray()
    points.SetDataTypeToDouble()
    radius.SetName("MaximumInscribedSphereRadius")
    for xyz, r in lines():
        cells.InsertNextCell(len(xyz))
        for p, value in zip(xyz, r, strict=True):
            cells.InsertCellPoint(points.InsertNextPoint(*p))
            radius.InsertNextValue(value)
    data = vtk.vtkPolyData()
    data.SetPoints(points)
    data.SetLines(cells)
    data.GetPointData().AddArray(radius)
    return data


def main():
    import vtk

    FOLDER.mkdir(exist_ok=True)
    data = polydata(vtk)
    for name, mode, encode, compress in (
        ("ascii", "Ascii", True, False),
        ("binary-zlib", "Binary", True, True),
        ("binary-plain", "Binary", True, False),
        ("appended-raw-zlib", "Appended", False, True),
        ("appended-base64", "Appended", True, True),
    ):
        writer = vtk.vtkXMLPolyDataWriter()
        writer.SetFileName(str(FOLDER / f"vmtk-{name}.vtp"))
        writer.SetInputData(data)
        getattr(writer, f"SetDataModeTo{mode}")()
        if mode == "Appended":
            writer.SetEncodeAppendedData(encode)
        if not compress:
            writer.SetCompressorTypeToNone()
        writer.Write()
    for name, binary, version in (("ascii", 0, 51), ("binary", 1, 51), ("binary-v4", 1, 42)):
        writer = vtk.vtkPolyDataWriter()
        writer.SetFileName(str(FOLDER / f"legacy-{name}.vtk"))
        writer.SetInputData(data)
        writer.SetFileType(vtk.VTK_BINARY if binary else vtk.VTK_ASCII)
        writer.SetFileVersion(version)
        writer.Write()


if __name__ == "__main__":
    main()
